/** Envoy's overprovisioning factor: a tier carries its full load until fewer than 1 / 1.4 of it are available. */
const overprovisioning = 1.4;

/**
 * The share of the load that each priority gets, by the share of its endpoints that is available (Envoy, "Priority
 * levels"): what a tier cannot carry overflows to the next; when all together cannot, they carry in proportion.
 */
export function tierLoads(availability: readonly number[]): readonly number[] {
  const capacities = availability.map(capacityOf);
  const total = totalCapacity(availability);
  if (total === 0) return capacities;
  let left = 1;
  return capacities.map((capacity) => {
    const load = Math.min(left, capacity / total);
    left -= load;
    return load;
  });
}

/** What all tiers together can carry of the load, 0…1. */
export function totalCapacity(availability: readonly number[]): number {
  return Math.min(
    1,
    availability.reduce((sum, share) => sum + capacityOf(share), 0),
  );
}

function capacityOf(share: number): number {
  return Math.min(1, share * overprovisioning);
}
