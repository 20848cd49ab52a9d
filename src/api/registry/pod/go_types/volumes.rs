//! Volumes.

use super::super::go_form::Shape::{Flag, Number, Pointer, StructPointer, Structs, Text};
use super::super::go_form::Type;
use super::field;
use super::shared::{OBJECT_FIELD, RESOURCE_FIELD};

static KEY_TO_PATH: Type =
    Type { fields: &[field("key", "Key", Text), field("path", "Path", Text), field("mode", "Mode", Pointer)] };

/// `core.HostPathVolumeSource`.
pub(super) static HOST_PATH: Type = Type { fields: &[field("path", "Path", Text), field("type", "Type", Pointer)] };

static EMPTY_DIR: Type = Type { fields: &[field("medium", "Medium", Text), field("sizeLimit", "SizeLimit", Pointer)] };

static SECRET_VOLUME: Type = Type {
    fields: &[
        field("secretName", "SecretName", Text),
        field("items", "Items", Structs(&KEY_TO_PATH)),
        field("defaultMode", "DefaultMode", Pointer),
        field("optional", "Optional", Pointer),
    ],
};

/// `core.NFSVolumeSource`.
pub(super) static NFS: Type = Type {
    fields: &[field("server", "Server", Text), field("path", "Path", Text), field("readOnly", "ReadOnly", Flag)],
};

static VOLUME_CLAIM: Type =
    Type { fields: &[field("claimName", "ClaimName", Text), field("readOnly", "ReadOnly", Flag)] };

static DOWNWARD_FILE: Type = Type {
    fields: &[
        field("path", "Path", Text),
        field("fieldRef", "FieldRef", StructPointer(&OBJECT_FIELD)),
        field("resourceFieldRef", "ResourceFieldRef", StructPointer(&RESOURCE_FIELD)),
        field("mode", "Mode", Pointer),
    ],
};

static DOWNWARD_VOLUME: Type =
    Type { fields: &[field("items", "Items", Structs(&DOWNWARD_FILE)), field("defaultMode", "DefaultMode", Pointer)] };

static CONFIG_MAP_VOLUME: Type = Type {
    fields: &[
        field("name", "Name", Text),
        field("items", "Items", Structs(&KEY_TO_PATH)),
        field("defaultMode", "DefaultMode", Pointer),
        field("optional", "Optional", Pointer),
    ],
};

static SECRET_PROJECTION: Type = Type {
    fields: &[
        field("name", "Name", Text),
        field("items", "Items", Structs(&KEY_TO_PATH)),
        field("optional", "Optional", Pointer),
    ],
};

static DOWNWARD_PROJECTION: Type = Type { fields: &[field("items", "Items", Structs(&DOWNWARD_FILE))] };

static CONFIG_MAP_PROJECTION: Type = Type {
    fields: &[
        field("name", "Name", Text),
        field("items", "Items", Structs(&KEY_TO_PATH)),
        field("optional", "Optional", Pointer),
    ],
};

static TOKEN_PROJECTION: Type = Type {
    fields: &[
        field("audience", "Audience", Text),
        field("expirationSeconds", "ExpirationSeconds", Number),
        field("path", "Path", Text),
    ],
};

static PROJECTION: Type = Type {
    fields: &[
        field("secret", "Secret", StructPointer(&SECRET_PROJECTION)),
        field("downwardAPI", "DownwardAPI", StructPointer(&DOWNWARD_PROJECTION)),
        field("configMap", "ConfigMap", StructPointer(&CONFIG_MAP_PROJECTION)),
        field("serviceAccountToken", "ServiceAccountToken", StructPointer(&TOKEN_PROJECTION)),
        field("clusterTrustBundle", "ClusterTrustBundle", Pointer),
        field("podCertificate", "PodCertificate", Pointer),
    ],
};

static PROJECTED: Type =
    Type { fields: &[field("sources", "Sources", Structs(&PROJECTION)), field("defaultMode", "DefaultMode", Pointer)] };

/// `core.Volume`.
pub(super) static VOLUME: Type = Type {
    fields: &[
        field("name", "Name", Text),
        field("hostPath", "HostPath", StructPointer(&HOST_PATH)),
        field("emptyDir", "EmptyDir", StructPointer(&EMPTY_DIR)),
        field("gcePersistentDisk", "GCEPersistentDisk", Pointer),
        field("awsElasticBlockStore", "AWSElasticBlockStore", Pointer),
        field("gitRepo", "GitRepo", Pointer),
        field("secret", "Secret", StructPointer(&SECRET_VOLUME)),
        field("nfs", "NFS", StructPointer(&NFS)),
        field("iscsi", "ISCSI", Pointer),
        field("glusterfs", "Glusterfs", Pointer),
        field("persistentVolumeClaim", "PersistentVolumeClaim", StructPointer(&VOLUME_CLAIM)),
        field("rbd", "RBD", Pointer),
        field("quobyte", "Quobyte", Pointer),
        field("flexVolume", "FlexVolume", Pointer),
        field("cinder", "Cinder", Pointer),
        field("cephfs", "CephFS", Pointer),
        field("flocker", "Flocker", Pointer),
        field("downwardAPI", "DownwardAPI", StructPointer(&DOWNWARD_VOLUME)),
        field("fc", "FC", Pointer),
        field("azureFile", "AzureFile", Pointer),
        field("configMap", "ConfigMap", StructPointer(&CONFIG_MAP_VOLUME)),
        field("vsphereVolume", "VsphereVolume", Pointer),
        field("azureDisk", "AzureDisk", Pointer),
        field("photonPersistentDisk", "PhotonPersistentDisk", Pointer),
        field("projected", "Projected", StructPointer(&PROJECTED)),
        field("portworxVolume", "PortworxVolume", Pointer),
        field("scaleIO", "ScaleIO", Pointer),
        field("storageos", "StorageOS", Pointer),
        field("csi", "CSI", Pointer),
        field("ephemeral", "Ephemeral", Pointer),
        field("image", "Image", Pointer),
    ],
};
