"""Cameras in the network: JPEG pictures and video over HTTP, and RTSP, each opened directly and never by a proxy."""
