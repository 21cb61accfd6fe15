/* Where Perigee's own Lua files, strategies and estimators lie. */
#ifndef PG_BASE_HOME_H
#define PG_BASE_HOME_H

/* The folder that holds lua/, strategies/ and estimators/: environment PERIGEE_HOME when it is set, otherwise the
 * folder of the sources that the program was built from. Constant for the life of the process. */
const char *pg_home(void);

#endif
