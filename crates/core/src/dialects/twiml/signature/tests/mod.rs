mod mutations;
mod properties;
mod published;
mod requests;
mod rotation;
mod scheme;
mod vectors;
