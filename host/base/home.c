#include "base/home.h"

#include <stdlib.h>

const char *pg_home(void)
{
    const char *home = getenv("PERIGEE_HOME");
    return home && *home ? home : PG_SOURCE_FOLDER;
}
