//! A container's log as an answer: at once, or as it is printed.

use std::convert::Infallible;

use bytes::Bytes;
use futures::stream::{self, Stream};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};

use super::activity::OpenStream;
use super::service::{ReplyBody, SharedCluster};
use crate::api::http::LogRequest;
use crate::kubelet::log::Reader;

/// What there is of the log, and with `follow` what comes.
pub(super) fn body(cluster: &SharedCluster, request: LogRequest, stream: impl FnOnce() -> OpenStream) -> ReplyBody {
    let mut reader = Reader::new(request.selection.clone());
    if request.follow {
        return StreamBody::new(frames(cluster.clone(), request, reader, stream())).boxed_unsync();
    }
    let (text, _) = cluster.with(|cluster| cluster.read_log(&request.pod, &request.container_id, &mut reader));
    Full::new(Bytes::from(text)).boxed_unsync()
}

/// The log from its beginning until its process ends, piece by piece.
fn frames(
    cluster: SharedCluster,
    request: LogRequest,
    reader: Reader,
    stream: OpenStream,
) -> impl Stream<Item = Result<Frame<Bytes>, Infallible>> + Send + 'static {
    let moved = cluster.subscribe();
    stream::unfold(Some((cluster, request, reader, stream, moved)), |state| async move {
        let (cluster, request, mut reader, stream, mut moved) = state?;
        loop {
            moved.mark_unchanged();
            let text = cluster.with(|cluster| {
                let (text, next) = cluster.read_log(&request.pod, &request.container_id, &mut reader);
                stream.looked(cluster, !text.is_empty(), next);
                text
            });
            let is_over = reader.is_over();
            if !text.is_empty() {
                let next = (!is_over).then_some((cluster, request, reader, stream, moved));
                return Some((Ok(Frame::data(Bytes::from(text))), next));
            }
            if is_over || moved.changed().await.is_err() {
                return None;
            }
        }
    })
}
