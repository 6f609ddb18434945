// The low limit that is offered. Pure.

const SHARE = 0.8;

/** Return 20 % below a density, in %, to the tenth. */
export const lowOffered = (densityPct) => Math.round(densityPct * SHARE * 10) / 10;
