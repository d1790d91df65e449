import { openImages } from '../../kit/engine/engine-images.ts';
import { dockerHarness } from '../../kit/engine/engines.ts';
import { imagesContract } from './images-contract.ts';

await imagesContract(openImages, dockerHarness);
