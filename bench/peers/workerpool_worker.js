// SPDX-License-Identifier: BSL-1.0
require('workerpool').worker(require('./tasks.js'));
