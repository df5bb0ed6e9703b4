//! Recipes, the streaming scheduler and the run directory.
