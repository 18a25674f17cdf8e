/** Envoy's overprovisioning factor: a tier carries its full load until fewer than 1 / 1.4 of it are available. */
const overprovisioning = 1.4;

/** What all tiers together can carry of the load, from 0 up, by the share of each one's endpoints that is available. */
export function totalCapacity(availability: readonly number[]): number {
  return availability.reduce((sum, share) => sum + Math.min(1, share * overprovisioning), 0);
}

/**
 * The share of the load that each priority gets (Envoy, "Priority levels"): what a tier cannot carry overflows to the
 * next; when all together cannot carry it, they do in proportion.
 */
export function tierLoads(availability: readonly number[]): readonly number[] {
  const total = Math.min(1, totalCapacity(availability)) || 1;
  let left = 1;
  return availability.map((share) => {
    const load = Math.min(left, Math.min(1, share * overprovisioning) / total);
    left -= load;
    return load;
  });
}
