<?php

/** A link with which $uid may watch $path, which begins with a slash and is what follows /hls, for so many seconds. */
function viewer_link(string $proxy, string $secret, string $uid, string $path, int $seconds): string
{
    $expires = time() + $seconds;
    $code = hash_hmac('sha256', "$uid:$path:$expires", $secret, true);
    $token = rtrim(strtr(base64_encode($code), '+/', '-_'), '=');
    return "$proxy/hls$path?uid=" . rawurlencode($uid) . "&expires=$expires&token=$token";
}

[, $proxy, $uid, $path] = $argv;
echo viewer_link($proxy, getenv('HLS_SECRET_KEY'), $uid, $path, 3600), "\n";
