# SPDX-License-Identifier: BSL-1.0
from concurrent.futures import ProcessPoolExecutor

import executor
import works

if __name__ == '__main__':
    works.measure('ProcessPoolExecutor', executor.pool_of(ProcessPoolExecutor))
