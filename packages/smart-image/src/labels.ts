/** Words for assistive technology and for the lightbox's buttons. */
export interface Labels {
  /** The button around a picture that can be enlarged. */
  readonly enlarge: (alt: string) => string;
  /** What stands in a failed picture's place. */
  readonly failed: (alt: string) => string;
  /** Said aloud, once for all that failed together. */
  readonly announceFailed: (alts: readonly string[]) => string;
  /** The lightbox, when its picture has no text. */
  readonly picture: string;
  readonly close: string;
  readonly previous: string;
  readonly next: string;
  /** Where one is in a gallery. */
  readonly position: (position: number, count: number) => string;
}

const english: Labels = {
  enlarge: (alt) => (alt === '' ? 'Enlarge picture' : `Enlarge picture: ${alt}`),
  failed: (alt) => (alt === '' ? 'Picture not available' : `${alt} (picture not available)`),
  announceFailed: (alts) =>
    alts.length === 1 ? `Picture not available: ${alts[0]}` : `${alts.length} pictures are not available`,
  picture: 'Picture',
  close: 'Close',
  previous: 'Previous picture',
  next: 'Next picture',
  position: (position, count) => `${position} of ${count}`,
};

export const resolveLabels = (labels: Partial<Labels> = {}): Labels => ({ ...english, ...labels });
