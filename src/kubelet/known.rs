//! What kubelets have worked out before and need again for other pods: nothing here but what follows from its inputs alone.

use super::environment::services::Told;
use super::image_facts::KnownImages;
use super::shell::scripts::Scripts;
use super::volume::Origins;
use super::volume::network_files::Resolvers;

/// What was worked out before.
#[derive(Debug, Default)]
pub struct Known {
    /// Scripts that were read, and texts that many variables hold.
    pub scripts: Scripts,
    /// The variables that tell of Services.
    pub services: Told,
    /// What follows from the names of images.
    pub images: KnownImages,
    /// Where the content of volumes comes from.
    pub origins: Origins,
    /// What tells of name servers.
    pub resolvers: Resolvers,
}
