using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Progress;

namespace Llamax.Corpus.Catalogue;

/// <summary>
/// Fetches files over HTTP so that they exist whole or not at all. What a broken download leaves behind is kept under a temporary name
/// and continued by the next one, if the server still has the same version of the file.
/// </summary>
internal sealed class Download(HttpClient client, IRunEvents events)
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    /// <summary>Fetches <paramref name="file"/> to <paramref name="path"/>.</summary>
    /// <exception cref="RequestException">
    /// The server cannot be reached, refuses, breaks off, or sends something else than was published.
    /// </exception>
    public async Task FetchAsync(CatalogueFile file, string path, CancellationToken cancellation)
    {
        var url = file.Url ?? throw new ArgumentException("The file has no address.", nameof(file));
        var partial = path + AtomicFile.TemporarySuffix;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            await ReceiveAsync(file, url, partial, cancellation);
        }
        catch (HttpRequestException failure) when (failure.StatusCode is { } status)
        {
            throw new RequestException(
                string.Create(CultureInfo.InvariantCulture, $"the server answered {(int)status} {status}"),
                url, $"try again later, or fetch {file.Name} in another way and put it at {path}", failure);
        }
        catch (Exception failure) when (IsOfTheNetwork(failure))
        {
            var received = File.Exists(partial) ? new FileInfo(partial).Length : 0;
            throw new RequestException(
                received > 0
                    ? string.Create(CultureInfo.InvariantCulture, $"the download broke off after {received:N0} bytes: {failure.Message}")
                    : $"no connection: {failure.Message}",
                url,
                received > 0
                    ? "give the same command again" + (KnownVersion(partial) is null ? "" : ": it goes on from there")
                    : $"check the network, or fetch {file.Name} on another machine and put it at {path}",
                failure);
        }

        Check(file, url, partial);
        File.Move(partial, path, overwrite: true);
        File.Delete(VersionOf(partial));
    }

    private async Task ReceiveAsync(CatalogueFile file, string url, string partial, CancellationToken cancellation)
    {
        var received = File.Exists(partial) ? new FileInfo(partial).Length : 0;
        if (received > 0 && received == file.Bytes)
            return;
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (received > 0 && KnownVersion(partial) is { } version)
        {
            request.Headers.Range = new RangeHeaderValue(received, null);
            request.Headers.IfRange = new RangeConditionHeaderValue(version);
        }

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // The file is no longer than what is here: it is whole, or it is another one. A fresh start tells.
            File.Delete(partial);
            await ReceiveAsync(file, url, partial, cancellation);
            return;
        }

        response.EnsureSuccessStatusCode();
        var resumes = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == received;
        if (response.StatusCode == HttpStatusCode.PartialContent && !resumes)
            throw Discard(partial, "the server sent another part of the file than it was asked for", url);
        if (!resumes)
        {
            // In this order no crash leaves a version beside bytes of another one.
            File.Delete(partial);
            File.Delete(VersionOf(partial));
            received = 0;
        }

        if (response.Headers.ETag is { IsWeak: false } tag)
            AtomicFile.WriteAllText(VersionOf(partial), tag.Tag);
        var total = file.Bytes ?? (response.Content.Headers.ContentLength is { } length ? received + length : 0);
        using var step = events.Begin($"download {file.Name}", total, "byte");
        step.Advance(received);
        await using var content = await response.Content.ReadAsStreamAsync(cancellation);
        await using var target = new FileStream(partial, FileMode.Append, FileAccess.Write, FileShare.None);
        var buffer = new byte[1 << 16];
        while (true)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            silence.CancelAfter(LongestSilence);
            int count;
            try
            {
                count = await content.ReadAsync(buffer, silence.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new TimeoutException($"nothing came for {LongestSilence.TotalSeconds:0} seconds");
            }

            if (count == 0)
                break;
            await target.WriteAsync(buffer.AsMemory(0, count), cancellation);
            step.Advance(count);
        }

        target.Flush(flushToDisk: true);
    }

    /// <summary>The client's own time limit looks like a cancellation, a connection that is reset like a disk that fails.</summary>
    private static bool IsOfTheNetwork(Exception failure) =>
        failure is HttpRequestException or HttpIOException or TimeoutException
        || failure.InnerException is TimeoutException or SocketException;

    private static void Check(CatalogueFile file, string url, string partial)
    {
        var bytes = new FileInfo(partial).Length;
        if (file.Bytes is { } expected && bytes != expected)
            throw Discard(
                partial, string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes came, {expected:N0} were published"), url);
        if (file.Sha256 is null)
            return;
        var actual = Manifest.HashFile(partial);
        if (actual != file.Sha256)
            throw Discard(partial, $"SHA-256 {actual} came, {file.Sha256} was published", url);
    }

    private static RequestException Discard(string partial, string what, string url)
    {
        File.Delete(partial);
        File.Delete(VersionOf(partial));
        return new RequestException(
            what, url, "try again; if it stays so, the file was replaced or is tampered with on its way: ask who publishes it");
    }

    private static string VersionOf(string partial) => partial + ".etag";

    private static string? KnownVersion(string partial) => File.Exists(VersionOf(partial)) ? File.ReadAllText(VersionOf(partial)) : null;
}
