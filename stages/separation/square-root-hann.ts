/** Periodic; its square adds up to a constant over hops of window / 2, / 3, / 4, ... */
export function squareRootHann(at: number, window: number): number {
  return Math.sin((Math.PI * at) / window)
}
