proxy=$1 uid=$2 path=$3 expires=$(($(date +%s) + 3600))
token=$(printf '%s' "$uid:$path:$expires" | openssl dgst -sha256 -hmac "$HLS_SECRET_KEY" -binary | basenc --base64url | tr -d =)
echo "$proxy/hls$path?uid=$uid&expires=$expires&token=$token"
