/** The door `sallyport/node`. */
export { serve, type Serving } from './serve.ts';
