//! The bodies of the DRS API as loosely as they are sent: nearly every number is text, -1 and `"0"`
//! stand for "not there yet", and some names are spelled in two ways.
//!
//! Documents: "Querying the Data-Level Streaming Comparison List" (v5 progress-data), and the v3
//! calls batch-status, batch-progress and the job list as Huawei's SDK and Open Telekom Cloud have
//! them.

use crate::source::lenient::{Leaf, Many, Obj, wire};

wire! {
    /// A page of the job list.
    JobList<'a> {
        total_record: Leaf<'a>,
        jobs: Many<Job<'a>>,
    }
}

wire! {
    /// A job of the list.
    Job<'a> {
        id: Leaf<'a>,
        name: Leaf<'a>,
        status: Leaf<'a>,
        create_time: Leaf<'a>,
        engine_type: Leaf<'a>,
        db_use_type: Leaf<'a>,
    }
}

wire! {
    /// The results of batch-status and batch-progress.
    Batch<'a, T> {
        results: Many<T>,
        jobs: Many<T>,
        error_code: Leaf<'a>,
        error_msg: Leaf<'a>,
    }
}

wire! {
    /// The status of one job.
    Status<'a> {
        id: Leaf<'a>,
        status: Leaf<'a>,
        error_code: Leaf<'a>,
        error_message: Leaf<'a>,
        error_msg: Leaf<'a>,
    }
}

wire! {
    /// The progress of one job.
    Progress<'a> {
        job_id: Leaf<'a>,
        id: Leaf<'a>,
        progress: Leaf<'a>,
        incre_trans_delay: Leaf<'a>,
        incre_trans_delay_millis: Leaf<'a>,
        task_mode: Leaf<'a>,
        transfer_status: Leaf<'a>,
        process_time: Leaf<'a>,
        remaining_time: Leaf<'a>,
        progress_map: Many<ProgressMap<'a>>,
        apply_rows_rate: Leaf<'a>,
        apply_bytes_rate: Leaf<'a>,
        error_code: Leaf<'a>,
        error_msg: Leaf<'a>,
        error_message: Leaf<'a>,
    }
}

wire! {
    /// The progress of a job's parts.
    ProgressMap<'a> {
        structure = "struct": Obj<Part<'a>>,
        data: Obj<Part<'a>>,
        index: Obj<Part<'a>>,
    }
}

wire! {
    /// The progress of one part.
    Part<'a> {
        completed: Leaf<'a>,
    }
}

wire! {
    /// A page of the progress of single objects.
    ProgressData<'a> {
        count: Leaf<'a>,
        create_time: Leaf<'a>,
        error_code: Leaf<'a>,
        error_msg: Leaf<'a>,
        rows = "flow_compare_data": Many<Row<'a>>,
    }
}

wire! {
    /// The progress of one object.
    Row<'a> {
        src_db: Leaf<'a>,
        src_tb: Leaf<'a>,
        dst_db: Leaf<'a>,
        dst_tb: Leaf<'a>,
        progress: Leaf<'a>,
    }
}

wire! {
    /// The several ways in which the service, its gateway and the identity service tell an error.
    Refusal<'a> {
        error_code: Leaf<'a>,
        error_msg: Leaf<'a>,
        code: Leaf<'a>,
        message: Leaf<'a>,
        error: Obj<Inner<'a>>,
    }
}

wire! {
    /// The identity service wraps its errors once more.
    Inner<'a> {
        code: Leaf<'a>,
        message: Leaf<'a>,
        title: Leaf<'a>,
    }
}
