/**
 * Normal random numbers: four generators side by side (sfc32 of Doty-Humphrey's PractRand), and Box and Muller's
 * transform (Annals of Math. Statistics, 1958) of what they give.
 */
import { four, fourBits, logarithmOf1Plus, polynomial, split, through, type Wasm } from './wasm.js'

/** sin(x) / x and cos(x) in powers of x², exact to float32 for |x| below pi / 4. */
const SINE = [1, -1 / 6, 1 / 120, -1 / 5040]
const COSINE = [1, -1 / 2, 1 / 24, -1 / 720, 1 / 40320]

export function normalKernel(wasm: Wasm) {
  const { f32, f32x4, func, i32, i32x4, local, v128 } = wasm

  /** Fills with normal numbers of mean 0, eight at a time; the generators' state, 4 x 4 whole numbers, is at `stateAt`. */
  const normals = func(
    {
      in: [i32, i32, i32, f32],
      locals: [v128, v128, v128, v128, v128, v128, v128, v128, v128],
      out: [],
    },
    ([at, endAt, stateAt, deviation], [a, b, c, counter, bits, x, n, square, radius]) => {
      const state = [a, b, c, counter]
      state.forEach((part, k) => {
        local.set(part, v128.load({ offset: 16 * k }, stateAt))
      })
      const drawBits = () => {
        local.set(bits, i32x4.add(i32x4.add(a, b), counter))
        local.set(counter, i32x4.add(counter, fourBits(wasm, 1)))
        local.set(a, v128.xor(b, i32x4.shr_u(b, 9)))
        local.set(b, i32x4.add(c, i32x4.shl(c, 3)))
        local.set(c, i32x4.add(v128.or(i32x4.shl(c, 21), i32x4.shr_u(c, 11)), bits))
      }
      through(wasm, [at], endAt, 32, () => {
        // radius = deviation * sqrt(-2 ln u), u uniform in (0, 1]
        drawBits()
        local.set(x, f32x4.add(f32x4.convert_i32x4_u(bits), four(wasm, 0.5)))
        local.set(x, f32x4.mul(x, four(wasm, 2 ** -32)))
        split(wasm, x, n)
        local.set(x, f32x4.add(logarithmOf1Plus(wasm, x, square), f32x4.mul(n, four(wasm, Math.LN2))))
        local.set(radius, f32x4.sqrt(f32x4.max(f32x4.mul(x, four(wasm, -2)), four(wasm, 0))))
        local.set(radius, f32x4.mul(radius, f32x4.splat(deviation)))
        // an angle between -pi/4 and pi/4 by the upper 24 bits; which of the four quarters it lies in by two of the others
        drawBits()
        local.set(x, f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(bits, 8)), four(wasm, Math.PI * 2 ** -25)))
        local.set(square, f32x4.mul(x, x))
        local.set(n, f32x4.mul(polynomial(wasm, square, COSINE), radius))
        local.set(n, v128.xor(n, i32x4.shl(i32x4.shr_u(bits, 1), 31)))
        local.set(x, f32x4.mul(f32x4.mul(polynomial(wasm, square, SINE), x), radius))
        local.set(square, i32x4.shr_s(i32x4.shl(bits, 31), 31))
        v128.store({}, at, v128.bitselect(x, n, square))
        v128.store({ offset: 16 }, at, v128.bitselect(n, x, square))
      })
      state.forEach((part, k) => {
        v128.store({ offset: 16 * k }, stateAt, part)
      })
    },
  )
  return { normals }
}
