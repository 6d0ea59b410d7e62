"""WHO: users, departments, regions, roles. Depends on nothing of ours."""
