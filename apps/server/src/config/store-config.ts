/** The object store behind signed images. */
export interface StoreConfig {
  /** Undefined: there are no signed images. */
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly bucket: string | undefined;
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly provider: 's3' | 'cos';
  /** Whether the bucket is in the path rather than in the host's name (`s3` only). */
  readonly pathStyle: boolean;
}

/** Signed URLs. Durations in milliseconds. */
export interface SignedImageConfig {
  readonly lifetime: number;
  readonly refreshBefore: number;
}
