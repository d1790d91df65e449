import { openImages } from '../../support/engine-images.ts';
import { dockerHarness } from '../../support/engines.ts';
import { imagesContract } from './images-contract.ts';

await imagesContract(openImages, dockerHarness);
