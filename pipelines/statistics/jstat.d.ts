/** What is used of jstat, which brings no types. */
declare module 'jstat' {
  const distributions: {
    centralF: {
      /** Share below a value. */
      cdf(value: number, freedom: number, other: number): number
    }
    studentt: {
      /** Value below which a share of Student's t lies. */
      inv(share: number, freedom: number): number
    }
    noncentralt: {
      /** Share below a value. */
      cdf(value: number, freedom: number, noncentrality: number): number
    }
  }
  export default distributions
}
