//! The contract that every store keeps, checked against the file system and a started S3 server,
//! and what is particular to each.

mod checks;
mod faulty;
mod fs;
mod moto;
mod place;
mod range_checks;
mod s3_checks;
mod s3_checksums;
mod s3_endless;
mod s3_faults;
mod s3_garage;
mod s3_moto;
mod s3_probes;
