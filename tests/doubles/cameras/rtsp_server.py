"""A camera that speaks RTSP: GStreamer's own server, as a program for Debian's Python, which has GStreamer.

It takes its port, 0 for a free one, `h264` or `jpeg`, and a folder of pictures 0.jpg, 1.jpg … or nothing, for noise. It
says its port, and serves rtsp://127.0.0.1:PORT/live until it is killed. A line of its input says which share of the
packets it loses from then on; the line `hold` ends the last frame and begins no other, and is answered with `held`.
"""

import sys
import threading
import time

import gi  # type: ignore[import-not-found,unused-ignore]

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found,unused-ignore]  # noqa: E402

NOISE = "videotestsrc is-live=true pattern=snow ! video/x-raw,width=320,height=240,framerate=25/1,format=I420"
PICTURES = (
    "multifilesrc location={}/%d.jpg loop=true caps=image/jpeg,framerate=10/1 ! jpegdec ! videoconvert "
    "! identity sync=true ! video/x-raw,format=I420"
)
CODED = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 bitrate=8000 ! {} ! rtph264pay pt=96",
    "jpeg": "jpegenc ! {} ! rtpjpegpay pt=26",
}
HOLD = "identity name=frames"
LOSS = "identity name=pay0"
FLUSHED_S = 0.2  # what was put into packets before is on its way by then


def serve(port: str, codec: str, folder: str = "") -> None:
    """Serve until the process is killed."""
    Gst.init(None)
    server, factory, media_now = GstRtspServer.RTSPServer(), GstRtspServer.RTSPMediaFactory(), []
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory.set_launch(f"( {PICTURES.format(folder) if folder else NOISE} ! {CODED[codec].format(HOLD)} ! {LOSS} )")
    factory.set_shared(True)
    factory.connect("media-configure", lambda _, media: media_now.append(media.get_element()))
    server.get_mount_points().add_factory("/live", factory)
    server.attach(None)

    def obey() -> None:
        for line in sys.stdin:
            held = line.strip() == "hold"
            for media in media_now:
                element = media.get_by_name("frames" if held else "pay0")
                element.set_property("drop-probability", 1.0 if held else float(line))
            if held:
                time.sleep(FLUSHED_S)
                print("held", flush=True)

    threading.Thread(target=obey, daemon=True).start()
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    serve(*sys.argv[1:])
