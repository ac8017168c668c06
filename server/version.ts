/**
 * @module The version that `cleat --version`, the User-Agent and the image tell.
 */
import manifest from '../package.json' with { type: 'json' };

export const VERSION: string = manifest.version;
