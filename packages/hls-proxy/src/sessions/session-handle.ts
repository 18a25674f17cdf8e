/** What the rest of the proxy sees of a viewer's session. */
export interface SessionHandle {
  readonly id: string;
  /** The user of the token or allow-list entry that let the viewer in; undefined where anyone may watch. */
  readonly uid: string | undefined;
  /** Path below the mount of the playlist that the session began with. */
  readonly stream: string;
  readonly ended: boolean;
  /**
   * One more request is under way. Returns what says that it is over, which may be said twice.
   *
   * @throws {Problem} 429 when the session or its address has as many under way as it may
   */
  begin(): () => void;
  /** Bytes that went to the viewer. Cheap: call it as often as bytes go. */
  addBytes(bytes: number): void;
  /** The media playlist or segment that is watched now, below the mount. */
  watching(rendition: string): void;
  /** Hears once that the session was ended (not: that it went idle); at once, if it has been. Returns what stops hearing. */
  onEnd(listener: () => void): () => void;
}
