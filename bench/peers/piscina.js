// SPDX-License-Identifier: BSL-1.0
'use strict';

const {Piscina} = require('piscina');

function make(workers) {
    const pool = new Piscina({filename: __dirname + '/tasks.js', minThreads: workers, maxThreads: workers});
    return {
        run: (name, argument) => pool.run(argument, {name}),
        end: () => pool.destroy(),
    };
}

require('./works.js').measure('piscina', make, false);
