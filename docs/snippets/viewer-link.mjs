import { createHmac } from 'node:crypto';

/** A link with which `uid` may watch `path`, which begins with a slash and is what follows `/hls`, for so many seconds. */
export function viewerLink(proxy, secret, uid, path, seconds) {
  const expires = Math.floor(Date.now() / 1000) + seconds;
  const token = createHmac('sha256', secret).update(`${uid}:${path}:${expires}`).digest('base64url');
  return `${proxy}/hls${path}?uid=${encodeURIComponent(uid)}&expires=${expires}&token=${token}`;
}

const [proxy, uid, path] = process.argv.slice(2);
process.stdout.write(`${viewerLink(proxy, process.env.HLS_SECRET_KEY, uid, path, 3600)}\n`);
