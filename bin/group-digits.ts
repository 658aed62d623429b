export { groupDigits } from '../src/report/digits.js';
