"""Cameras in the network: JPEG pictures and video over HTTP, and RTSP, each opened directly unless a proxy is named."""
