import base64, hashlib, hmac, os, sys, time
from urllib.parse import quote


def viewer_link(proxy: str, secret: str, uid: str, path: str, seconds: int) -> str:
    """A link with which `uid` may watch `path`, which begins with a slash and is what follows /hls, for so many seconds."""
    expires = int(time.time()) + seconds
    code = hmac.new(secret.encode(), f"{uid}:{path}:{expires}".encode(), hashlib.sha256).digest()
    token = base64.urlsafe_b64encode(code).rstrip(b"=").decode()
    return f"{proxy}/hls{path}?uid={quote(uid, safe='')}&expires={expires}&token={token}"


proxy, uid, path = sys.argv[1:]
print(viewer_link(proxy, os.environ["HLS_SECRET_KEY"], uid, path, 3600))
