/** One member of `Via` as Forebay writes it: protocol, name, and its product in a comment (RFC 9110 section 7.6.3). */
const FOREBAY_LAST = /(?:^|,)\s*(?:[\w!#$%&'*+.^`|~-]+\/)?[\d.]+\s+\S+\s+\(Forebay\/([\w.+-]{1,64})\)\s*$/;

/**
 * The version of the Forebay that answered, by the last member of `Via`; undefined where it was something else. Members
 * before it name nodes farther up, behind the one that answered.
 */
export function forebayVersion(via: string | readonly string[] | undefined): string | undefined {
  return FOREBAY_LAST.exec([via ?? ''].flat().join(', '))?.[1];
}
