# SPDX-License-Identifier: BSL-1.0
from joblib.externals.loky import ProcessPoolExecutor

import executor
import works

if __name__ == '__main__':
    works.measure('loky', executor.pool_of(ProcessPoolExecutor))
