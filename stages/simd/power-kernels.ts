/** From log10 power to power and back, in place. */
import { type FourVariable, four, fourBits, logarithmOf1Plus, polynomial, split, through, type Wasm } from './wasm.js'

const LOG10_2 = Math.log10(2)
/** log10(2) in two parts: whole multiples of the first, up to 128, are exact in float32. */
const LOG10_2_HIGH = Math.round(LOG10_2 * 2 ** 16) / 2 ** 16
const LOG10_2_LOW = LOG10_2 - LOG10_2_HIGH
/** 10^x = sum of (x ln 10)^k / k!: seven terms are exact to float32 for |x| below log10(2) / 2. */
const EXPONENTIAL = [1, 1, 2, 6, 24, 120, 720, 5040].map((factorial, k) => Math.LN10 ** k / factorial)
/** As bits. */
const SMALLEST_NORMAL = 0x00800000
const INFINITE = 0x7f800000

export function powerKernels(wasm: Wasm) {
  const { f32x4, f64, f64x2, func, i32, i32x4, i8x16, local, v128 } = wasm
  const bothEnds = (p: FourVariable) => {
    const upper = i8x16.shuffle([8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7], p, p)
    return f64x2.add(f64x2.promote_low_f32x4(upper), f64x2.promote_low_f32x4(p))
  }

  /** Replaces each x by 10^x = 2^n 10^(x - n log10(2)); gives their sum, or NaN if one was not from -37 to 37. */
  const powers = func(
    { in: [i32, i32], locals: [v128, v128, v128, v128, v128], out: [f64] },
    ([at, endAt], [x, n, p, sum, outside]) => {
      through(wasm, [at], endAt, 16, () => {
        local.set(x, v128.load({}, at))
        local.set(outside, v128.or(outside, v128.not(f32x4.le(f32x4.abs(x), four(wasm, 37)))))
        local.set(n, f32x4.nearest(f32x4.mul(x, four(wasm, 1 / LOG10_2))))
        local.set(x, f32x4.sub(x, f32x4.mul(n, four(wasm, LOG10_2_HIGH))))
        local.set(x, f32x4.sub(x, f32x4.mul(n, four(wasm, LOG10_2_LOW))))
        local.set(p, polynomial(wasm, x, EXPONENTIAL))
        local.set(p, i32x4.add(p, i32x4.shl(i32x4.trunc_sat_f32x4_s(n), 23)))
        v128.store({}, at, p)
        local.set(sum, f64x2.add(sum, bothEnds(p)))
      })
      const nothingOrNaN = f64.div(0, f64.convert_i32_s(i32.eqz(v128.any_true(outside)))) // 0 / 1 or 0 / 0
      f64.add(f64.add(nothingOrNaN, f64x2.extract_lane(0, sum)), f64x2.extract_lane(1, sum))
    },
  )

  /** Replaces each x = 2^n (1 + m) by its log10: n log10(2) + ln(1 + m) / ln 10; gives 1, or 0 if one was not a normal number above 0. */
  const logarithms = func(
    { in: [i32, i32], locals: [v128, v128, v128, v128], out: [i32] },
    ([at, endAt], [x, n, square, outside]) => {
      through(wasm, [at], endAt, 16, () => {
        local.set(x, v128.load({}, at))
        const normal = i32x4.lt_u(
          i32x4.sub(x, fourBits(wasm, SMALLEST_NORMAL)),
          fourBits(wasm, INFINITE - SMALLEST_NORMAL),
        )
        local.set(outside, v128.or(outside, v128.not(normal)))
        split(wasm, x, n)
        local.set(x, f32x4.mul(logarithmOf1Plus(wasm, x, square), four(wasm, Math.LOG10E)))
        local.set(x, f32x4.add(x, f32x4.mul(n, four(wasm, LOG10_2_LOW))))
        local.set(x, f32x4.add(x, f32x4.mul(n, four(wasm, LOG10_2_HIGH))))
        v128.store({}, at, x)
      })
      i32.eqz(v128.any_true(outside))
    },
  )
  return { powers, logarithms }
}
