interface MeterProps {
  /** From 0 to 1. */
  readonly part: number;
  readonly label: string;
  readonly tone?: 'calm' | 'warn';
}

/** How much of something: a picture of a figure that stands beside it. */
export const Meter = ({ label, part, tone = 'calm' }: MeterProps) => {
  const width = Math.round(Math.min(1, Math.max(0, part)) * 1000) / 10;
  return (
    <svg class={['meter', tone]} viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label={label}>
      <rect class="whole" width="100" height="6" />
      <rect class="part" width={width} height="6" />
    </svg>
  );
};
