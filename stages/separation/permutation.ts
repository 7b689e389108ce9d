/** The cheapest way to give every row a column of its own. */

/**
 * Tries all injections by dynamic programming over sets of columns: rows * 2^columns steps.
 *
 * @param costs rows x columns, row-major; at most as many rows as columns, at most 16 columns
 * @returns the column of each row
 */
export function cheapestColumns(costs: ArrayLike<number>, rows: number, columns: number): number[] {
  const sets = 2 ** columns
  const least = new Float64Array(sets).fill(Number.POSITIVE_INFINITY)
  const taken = new Int8Array(rows * sets)
  least[0] = 0
  // Larger sets have larger numbers, and a set of n columns is reached with row n - 1 alone
  for (let set = 0; set < sets; set += 1) {
    const row = bitsOf(set)
    if (row >= rows || least[set] === Number.POSITIVE_INFINITY) continue
    for (let column = 0; column < columns; column += 1) {
      const larger = set | (1 << column)
      const cost = least[set]! + costs[row * columns + column]!
      if (larger === set || cost >= least[larger]!) continue
      least[larger] = cost
      taken[row * sets + larger] = column
    }
  }
  let last = -1
  for (let set = 0; set < sets; set += 1)
    if (bitsOf(set) === rows && (last < 0 || least[set]! < least[last]!)) last = set
  const found = new Array<number>(rows)
  for (let row = rows - 1; row >= 0; row -= 1) {
    found[row] = taken[row * sets + last]!
    last &= ~(1 << found[row]!)
  }
  return found
}

function bitsOf(set: number): number {
  let bits = 0
  for (let rest = set; rest > 0; rest &= rest - 1) bits += 1
  return bits
}
