//! The bodies of the OMS actions, exactly as loosely as they are sent.
//!
//! Documents: DescribeProject of the Community Edition 4.2.8 and of Alibaba Cloud (product
//! `OceanBasePro`, 2019-09-01), which differ in the case of the keys and in `data` being an array or an object.
//! The quirks that are absorbed here and by the lenient readers: numbers as text, `"null"`, blanks
//! and line breaks in values, unknown states, null counters, steps that come twice.
//!
//! Nothing named here leaves the room of the sources.

use crate::source::lenient::{Leaf, Many, Obj, Pairs, wire};

wire! {
    /// What every answer is wrapped in.
    Envelope<'a, T> {
        success: Leaf<'a>,
        code: Leaf<'a>,
        message: Leaf<'a>,
        error_detail: Obj<ErrorDetail<'a>>,
        page_size: Leaf<'a>,
        total_count: Leaf<'a>,
        data: Many<T>,
    }
}

wire! {
    /// The newer of the two ways to tell an error.
    ErrorDetail<'a> {
        code: Leaf<'a>,
        message: Leaf<'a>,
    }
}

wire! {
    /// A project, from DescribeProject and ListProjects alike.
    Project<'a> {
        id: Leaf<'a>,
        kind = "type": Leaf<'a>,
        name: Leaf<'a>,
        labels: Many<Label<'a>>,
        owner: Leaf<'a>,
        importance: Leaf<'a>,
        status: Leaf<'a>,
        gmt_create: Leaf<'a>,
        gmt_start: Leaf<'a>,
        gmt_finish: Leaf<'a>,
        source_endpoint_type: Leaf<'a>,
        sink_endpoint_type: Leaf<'a>,
        steps: Many<Step<'a>>,
        extra_info: Obj<ExtraInfo<'a>>,
        alarm_stats: Obj<AlarmStats<'a>>,
    }
}

impl Project<'_> {
    /// It names neither itself nor a state nor a step.
    pub(super) fn is_empty(&self) -> bool {
        self.id.is_nothing() && self.status.is_nothing() && matches!(self.steps, Many::Absent)
    }
}

wire! {
    /// A tag, on a project or from ListAllLabels.
    Label<'a> {
        id: Leaf<'a>,
        name: Leaf<'a>,
    }
}

wire! {
    /// A step of a project.
    Step<'a> {
        order: Leaf<'a>,
        name: Leaf<'a>,
        status: Leaf<'a>,
        extra_info: Obj<StepExtra<'a>>,
        start_time: Leaf<'a>,
        finish_time: Leaf<'a>,
        progress: Leaf<'a>,
        info = "stepInfo": Obj<StepInfo<'a>>,
    }
}

wire! {
    /// A step's last error. It stays there after the step has recovered.
    StepExtra<'a> {
        error_code: Leaf<'a>,
        error_details: Many<ErrorDetail<'a>>,
    }
}

wire! {
    /// The counts of a full load or verification, or the checkpoints of an incremental step.
    StepInfo<'a> {
        processed_records: Leaf<'a>,
        capacity: Leaf<'a>,
        src_rps: Leaf<'a>,
        src_rt: Leaf<'a>,
        src_iops: Leaf<'a>,
        dst_rps: Leaf<'a>,
        dst_rt: Leaf<'a>,
        dst_iops: Leaf<'a>,
        src_rps_ref: Leaf<'a>,
        src_rt_ref: Leaf<'a>,
        src_iops_ref: Leaf<'a>,
        dst_rps_ref: Leaf<'a>,
        dst_rt_ref: Leaf<'a>,
        incr_timestamp_checkpoint: Leaf<'a>,
        checkpoint_sample_timestamp: Leaf<'a>,
    }
}

wire! {
    /// What a project says beyond its steps; often null.
    ExtraInfo<'a> {
        running_step: Leaf<'a>,
        sync_delay: Leaf<'a>,
        sync_delay_sample_timestamp: Leaf<'a>,
        incr_sync_timestamp: Leaf<'a>,
    }
}

wire! {
    /// The alarms of a project.
    AlarmStats<'a> {
        alarming: Leaf<'a>,
        recently_trigger_count: Leaf<'a>,
        rule_to_recently_trigger_count: Obj<Pairs<'a>>,
        open_monitor: Leaf<'a>,
    }
}

wire! {
    /// The components of a project, from DescribeProjectComponents.
    Components<'a> {
        stores = "storeList": Many<Component<'a>>,
        reverse_stores = "reverseStoreList": Many<Component<'a>>,
        syncing = "incrSyncComponents": Many<Component<'a>>,
        reverse_syncing = "reverseIncrSyncComponents": Many<Component<'a>>,
        importing = "fullImportComponents": Many<Component<'a>>,
        verifying = "fullVerifyComponents": Many<Component<'a>>,
    }
}

wire! {
    /// One component; which fields it has depends on its kind.
    Component<'a> {
        status: Leaf<'a>,
        delay: Leaf<'a>,
        tps: Leaf<'a>,
    }
}

wire! {
    /// The result of a verification, from ListProjectFullVerifyResult.
    FullVerifyResult<'a> {
        different_number: Leaf<'a>,
        tables = "fullVerifyTableStatistics": Many<VerifiedTable<'a>>,
    }
}

wire! {
    /// One verified table.
    VerifiedTable<'a> {
        source_schema_name: Leaf<'a>,
        source_table_name: Leaf<'a>,
        result_type: Leaf<'a>,
    }
}

wire! {
    /// A conflict log, from ListConflictData.
    ConflictFile<'a> {
        file_name: Leaf<'a>,
        date: Leaf<'a>,
        size: Leaf<'a>,
    }
}
