/** What a `User-Agent` says about who is watching. */
export interface PlayerFamily {
  readonly player: string;
  readonly browser: string | undefined;
}

/** The first that matches wins: players name the libraries below them, and browsers name each other. */
const PLAYERS: readonly (readonly [RegExp, string])[] = [
  [/\bAppleCoreMedia\b|\bAVPlayer\b/i, 'apple'],
  [/\bKodi\b|\bXBMC\b/i, 'kodi'],
  [/\bInfuse\b/i, 'infuse'],
  [/\bJellyfin\b/i, 'jellyfin'],
  [/\bEmby\b/i, 'emby'],
  [/\bPlex/i, 'plex'],
  [/\bRoku/i, 'roku'],
  [/\bExoPlayer|\bAndroidXMedia3\b|\bMedia3\b/i, 'exoplayer'],
  [/\bVLC\b|\bLibVLC\b/i, 'vlc'],
  [/\bmpv\b/i, 'mpv'],
  [/\bIINA\b/i, 'iina'],
  [/\bPotPlayer\b/i, 'potplayer'],
  [/\bNSPlayer\b|\bWMPlayer\b/i, 'windows-media'],
  [/\bstagefright\b/i, 'android'],
  [/\bGStreamer\b|\bsouphttpsrc\b/i, 'gstreamer'],
  [/\bLavf\b|\bffmpeg\b/i, 'ffmpeg'],
  [/\bstreamlink\b/i, 'streamlink'],
  [/\b(?:yt-dlp|youtube-dl)\b/i, 'yt-dlp'],
  [/\b(?:curl|Wget)\b/i, 'command-line'],
];

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'edge'],
  [/\bOPR\/|\bOpera\b/, 'opera'],
  [/\bSamsungBrowser\//, 'samsung'],
  [/\bMicroMessenger\//, 'wechat'],
  [/\b(?:UCBrowser|UBrowser)\//, 'uc'],
  [/\bMQQBrowser\//, 'qq'],
  [/\bYaBrowser\//, 'yandex'],
  [/\bVivaldi\//, 'vivaldi'],
  [/\b(?:Firefox|FxiOS)\//, 'firefox'],
  [/\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//, 'chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'safari'],
];

/** Longest text that is looked at. */
const LONGEST = 512;

const found = (families: typeof PLAYERS, text: string): string | undefined =>
  families.find(([pattern]) => pattern.test(text))?.[1];

/** The families of player and browser; `unknown` where nothing is recognised. */
export const playerOf = (userAgent: string | undefined): PlayerFamily => {
  const text = (userAgent ?? '').slice(0, LONGEST);
  const player = found(PLAYERS, text);
  if (player !== undefined) return { player, browser: undefined };
  const browser = found(BROWSERS, text);
  return { player: browser === undefined ? 'unknown' : 'browser', browser };
};
