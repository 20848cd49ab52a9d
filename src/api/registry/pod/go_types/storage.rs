//! Claims, and where the data of volumes is.

use super::super::go_form::Shape::{Flag, List, Map, Pointer, Selector, Struct, StructPointer, Text};
use super::super::go_form::Type;
use super::field;
use super::volumes::{HOST_PATH, NFS};

static CLAIM_RESOURCES: Type = Type { fields: &[field("limits", "Limits", Map), field("requests", "Requests", Map)] };

static DATA_SOURCE: Type = Type {
    fields: &[field("apiGroup", "APIGroup", Pointer), field("kind", "Kind", Text), field("name", "Name", Text)],
};

static DATA_SOURCE_REF: Type = Type {
    fields: &[
        field("apiGroup", "APIGroup", Pointer),
        field("kind", "Kind", Text),
        field("name", "Name", Text),
        field("namespace", "Namespace", Pointer),
    ],
};

/// `core.PersistentVolumeClaimSpec`.
pub(in crate::api::registry::pod) static CLAIM_SPEC: Type = Type {
    fields: &[
        field("accessModes", "AccessModes", List),
        field("selector", "Selector", Selector),
        field("resources", "Resources", Struct(&CLAIM_RESOURCES)),
        field("volumeName", "VolumeName", Text),
        field("storageClassName", "StorageClassName", Pointer),
        field("volumeMode", "VolumeMode", Pointer),
        field("dataSource", "DataSource", StructPointer(&DATA_SOURCE)),
        field("dataSourceRef", "DataSourceRef", StructPointer(&DATA_SOURCE_REF)),
        field("volumeAttributesClassName", "VolumeAttributesClassName", Pointer),
    ],
};

static LOCAL: Type = Type { fields: &[field("path", "Path", Text), field("fsType", "FSType", Pointer)] };

static SECRET_REFERENCE: Type = Type { fields: &[field("name", "Name", Text), field("namespace", "Namespace", Text)] };

static CSI: Type = Type {
    fields: &[
        field("driver", "Driver", Text),
        field("volumeHandle", "VolumeHandle", Text),
        field("readOnly", "ReadOnly", Flag),
        field("fsType", "FSType", Text),
        field("volumeAttributes", "VolumeAttributes", Map),
        field("controllerPublishSecretRef", "ControllerPublishSecretRef", StructPointer(&SECRET_REFERENCE)),
        field("nodeStageSecretRef", "NodeStageSecretRef", StructPointer(&SECRET_REFERENCE)),
        field("nodePublishSecretRef", "NodePublishSecretRef", StructPointer(&SECRET_REFERENCE)),
        field("controllerExpandSecretRef", "ControllerExpandSecretRef", StructPointer(&SECRET_REFERENCE)),
        field("nodeExpandSecretRef", "NodeExpandSecretRef", StructPointer(&SECRET_REFERENCE)),
    ],
};

/// `core.PersistentVolumeSource`, whose fields are those of the spec that it is part of.
pub(in crate::api::registry::pod) static VOLUME_SOURCE: Type = Type {
    fields: &[
        field("gcePersistentDisk", "GCEPersistentDisk", Pointer),
        field("awsElasticBlockStore", "AWSElasticBlockStore", Pointer),
        field("hostPath", "HostPath", StructPointer(&HOST_PATH)),
        field("glusterfs", "Glusterfs", Pointer),
        field("nfs", "NFS", StructPointer(&NFS)),
        field("rbd", "RBD", Pointer),
        field("quobyte", "Quobyte", Pointer),
        field("iscsi", "ISCSI", Pointer),
        field("flexVolume", "FlexVolume", Pointer),
        field("cinder", "Cinder", Pointer),
        field("cephfs", "CephFS", Pointer),
        field("fc", "FC", Pointer),
        field("flocker", "Flocker", Pointer),
        field("azureFile", "AzureFile", Pointer),
        field("vsphereVolume", "VsphereVolume", Pointer),
        field("azureDisk", "AzureDisk", Pointer),
        field("photonPersistentDisk", "PhotonPersistentDisk", Pointer),
        field("portworxVolume", "PortworxVolume", Pointer),
        field("scaleIO", "ScaleIO", Pointer),
        field("local", "Local", StructPointer(&LOCAL)),
        field("storageos", "StorageOS", Pointer),
        field("csi", "CSI", StructPointer(&CSI)),
    ],
};
