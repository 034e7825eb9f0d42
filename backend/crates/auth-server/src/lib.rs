//! auth-server
