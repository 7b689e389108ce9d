/** Bilinear stretching, a row at a time. */
import { type Address, type FourVariable, through, type Wasm } from './wasm.js'

export function stretchKernels(wasm: Wasm) {
  const { f32, f32x4, func, i32, local, v128 } = wasm

  /** Between two rows: to = first + share (second - first). */
  const between = func(
    { in: [i32, i32, f32, i32, i32], locals: [v128], out: [] },
    ([firstAt, secondAt, share, at, endAt], [x]) => {
      through(wasm, [at, firstAt, secondAt], endAt, 16, () => {
        local.set(x, v128.load({}, firstAt))
        v128.store({}, at, f32x4.add(f32x4.mul(f32x4.sub(v128.load({}, secondAt), x), f32x4.splat(share)), x))
      })
    },
  )

  /**
   * Between numbers of one row: `tapsAt` has for each number that is wanted the address of the one before it, after
   * `stride` bytes the address of the one behind it, and after as many more its share of the latter.
   */
  const across = func(
    { in: [i32, i32, i32, i32], locals: [i32, i32, v128, v128], out: [] },
    ([tapsAt, stride, at, endAt], [behindAt, sharesAt, x, y]) => {
      const gather = (into: FourVariable, addressesAt: Address) => {
        for (const lane of [0, 1, 2, 3])
          local.set(into, v128.load32_lane({}, lane, i32.load({ offset: 4 * lane }, addressesAt), into))
      }
      local.set(behindAt, i32.add(tapsAt, stride))
      local.set(sharesAt, i32.add(behindAt, stride))
      through(wasm, [at, tapsAt, behindAt, sharesAt], endAt, 16, () => {
        gather(x, tapsAt)
        gather(y, behindAt)
        v128.store({}, at, f32x4.add(f32x4.mul(f32x4.sub(y, x), v128.load({}, sharesAt)), x))
      })
    },
  )
  return { between, across }
}
