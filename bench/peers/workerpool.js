// SPDX-License-Identifier: BSL-1.0
'use strict';

const workerpool = require('workerpool');

function make(workers) {
    const pool = workerpool.pool(__dirname + '/workerpool_worker.js', {
        workerType: 'process',
        minWorkers: workers,
        maxWorkers: workers,
        forkOpts: {serialization: 'advanced'}, // else bytes go as JSON
    });
    return {
        run: (name, argument) => Promise.resolve(pool.exec(name, argument === undefined ? [] : [argument])),
        end: () => pool.terminate(true),
    };
}

require('./works.js').measure('workerpool', make, true);
