export { createEsdkWire } from './esdk-wire.js';
