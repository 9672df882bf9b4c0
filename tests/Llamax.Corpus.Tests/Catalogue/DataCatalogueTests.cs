using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Llamax.Corpus.Catalogue;
using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Tests.Catalogue;

public sealed class DataCatalogueTests : IDisposable
{
    private static readonly byte[] Body = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{i} ")));
    private static readonly string BodyHash = Convert.ToHexStringLower(SHA256.HashData(Body));

    private readonly string _root = Directory.CreateTempSubdirectory("llamax-catalogue-").FullName;
    private readonly HttpClient _client = new();
    private readonly ManualResetEventSlim _received = new();
    private readonly RecordedEvents _events;

    public DataCatalogueTests()
    {
        RecordedEvents? events = null;
        _events = events = new()
        {
            OnEvent = _ =>
            {
                if (events?.Done > 0)
                    _received.Set();
            },
        };
    }

    private string Cache => Path.Combine(_root, "cache");

    private string Mirror => Path.Combine(_root, "mirror");

    public void Dispose()
    {
        _client.Dispose();
        _received.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task What_is_in_the_mirror_is_not_downloaded()
    {
        Directory.CreateDirectory(Path.Combine(Mirror, "models"));
        await File.WriteAllBytesAsync(Path.Combine(Mirror, "models", "a.model"), Body, TestContext.Current.CancellationToken);
        var catalogue = Catalogue(Entry("http://127.0.0.1:1/a.model", BodyHash));
        Assert.Equal(Path.Combine(Mirror, "models", "a.model"), await Get(catalogue));
        Assert.False(Directory.Exists(Cache));
    }

    [Fact]
    public async Task A_file_in_the_mirror_that_is_not_the_published_one_is_refused()
    {
        Directory.CreateDirectory(Mirror);
        await File.WriteAllTextAsync(Path.Combine(Mirror, "a.model"), "something else", TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<RequestException>(() => Get(Catalogue(Entry("http://127.0.0.1:1/", BodyHash))));
        Assert.Contains(BodyHash, error.Message, StringComparison.Ordinal);
        Assert.Equal(Path.Combine(Mirror, "a.model"), error.Where);
    }

    [Fact]
    public async Task A_download_lands_in_the_cache_and_is_found_there_afterwards()
    {
        using var server = new LocalServer(Whole);
        var catalogue = Catalogue(Entry(server.Address + "a.model", BodyHash));
        Assert.Null(catalogue.Locate("thing"));
        var path = await Get(catalogue);
        Assert.Equal(Body, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal(path, catalogue.Locate("thing"));
        Assert.Equal(path, await Get(catalogue));
        Assert.Single(server.Ranges);
        Assert.Single(Directory.GetFiles(Cache, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_download_that_broke_off_goes_on_where_it_stopped()
    {
        var calls = 0;
        using var server = new LocalServer(context =>
        {
            if (calls++ == 0)
                Truncated(context);
            else
                Whole(context);
        });
        var catalogue = Catalogue(Entry(server.Address, BodyHash));
        var error = await Assert.ThrowsAsync<RequestException>(() => Get(catalogue));
        Assert.Contains("broke off", error.Message, StringComparison.Ordinal);
        Assert.Contains("give the same command again: it goes on from there", error.Message, StringComparison.Ordinal);
        Assert.Null(catalogue.Locate("thing"));

        var path = await Get(catalogue);
        Assert.Equal(Body, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
        Assert.Null(server.Ranges[0]);
        Assert.StartsWith("bytes=", server.Ranges[1], StringComparison.Ordinal);
        Assert.NotEqual("bytes=0-", server.Ranges[1]);
        Assert.Single(Directory.GetFiles(Cache, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_connection_that_is_reset_is_a_download_that_broke_off()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = Task.Run(() =>
        {
            using var socket = listener.AcceptSocket();
            socket.Receive(new byte[1024]);
            socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na part"u8);
            _received.Wait(TimeSpan.FromSeconds(30));
            socket.LingerState = new LingerOption(true, 0);
        }, TestContext.Current.CancellationToken);
        var url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";
        var error = await Assert.ThrowsAsync<RequestException>(() => Get(Catalogue(Entry(url, BodyHash))));
        Assert.Contains("broke off after 6 bytes", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("give the same command again.", error.Message, StringComparison.Ordinal);
        await server;
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_no_interruption_by_the_user()
    {
        using var server = new LocalServer(_ => { });
        _client.Timeout = TimeSpan.FromMilliseconds(200);
        var error = await Assert.ThrowsAsync<RequestException>(() => Get(Catalogue(Entry(server.Address, BodyHash))));
        Assert.Contains("no connection", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_changed_on_the_server_is_fetched_from_its_beginning()
    {
        var calls = 0;
        using var server = new LocalServer(context =>
        {
            if (calls++ == 0)
                Truncated(context, tag: "\"old\"");
            else
                Whole(context);
        });
        var catalogue = Catalogue(Entry(server.Address, sha256: null));
        await Assert.ThrowsAsync<RequestException>(() => Get(catalogue));
        Assert.Equal(Body, await File.ReadAllBytesAsync(await Get(catalogue), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_server_that_ignores_the_range_sends_the_file_from_its_beginning()
    {
        var calls = 0;
        using var server = new LocalServer(context =>
        {
            if (calls++ == 0)
                Truncated(context);
            else
                Answer(context, Body, 0, "\"new\"");
        });
        var catalogue = Catalogue(Entry(server.Address, BodyHash));
        await Assert.ThrowsAsync<RequestException>(() => Get(catalogue));
        Assert.Equal(Body, await File.ReadAllBytesAsync(await Get(catalogue), TestContext.Current.CancellationToken));
        Assert.StartsWith("bytes=", server.Ranges[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_pinned_must_stay_what_was_downloaded_first()
    {
        var body = Body;
        using var server = new LocalServer(context => Answer(context, body, 0, "\"1\""));
        var catalogue = Catalogue(Entry(server.Address, sha256: null));
        var path = await Get(catalogue);
        await File.AppendAllTextAsync(path, "more", TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<RequestException>(() => Get(catalogue));
        Assert.Contains($"{BodyHash} was downloaded", error.Message, StringComparison.Ordinal);
        File.Delete(path);
        body = Body[..^1];
        error = await Assert.ThrowsAsync<RequestException>(() => Get(catalogue));
        Assert.Contains(BodyHash, error.Message, StringComparison.Ordinal);
        body = Body;
        Assert.Equal(path, await Get(catalogue));
    }

    [Fact]
    public async Task A_set_that_was_fetched_is_opened_from_the_cache_where_the_mirror_lacks_it()
    {
        var archive = MakeArchive(
            ".zip",
            ("NTREX-main/NTREX-128/newstest2019-src.eng.txt", "one\ntwo\n"),
            ("NTREX-main/NTREX-128/newstest2019-ref.hau.txt", "daya\nbiyu\n"));
        using var server = new LocalServer(context => Answer(context, archive, 0, "\"1\""));
        var published = new DataCatalogue(new(Mirror, Cache)).Find("ntrex128");
        var catalogue = new DataCatalogue(
            new(Mirror, Cache), [published with { Files = [new("ntrex.zip", server.Address)] }]);
        var missing = Assert.Throws<RequestException>(() => MirrorCorpora.Open("ntrex", catalogue));
        Assert.Contains("llamax data get ntrex128", missing.Message, StringComparison.Ordinal);
        await catalogue.GetAsync("ntrex128", _client, _events, TestContext.Current.CancellationToken);
        var (en, ha) = (LanguageRegistry.Find("en"), LanguageRegistry.Find("ha"));
        Assert.Equal(["daya", "biyu"], MirrorCorpora.Open("ntrex", catalogue).Pairs(en, ha, new()).Select(pair => pair.Target));
    }

    [Theory]
    [InlineData("opus:CCAligned:ha-en", "https://object.pouta.csc.fi/OPUS-CCAligned/v1/moses/en-ha.txt.zip")]
    [InlineData("opus:TED2020@v2:en-sw", "https://object.pouta.csc.fi/OPUS-TED2020/v2/moses/en-sw.txt.zip")]
    [InlineData("opus:Unheard@v7:en-sw", "https://object.pouta.csc.fi/OPUS-Unheard/v7/moses/en-sw.txt.zip")]
    [InlineData("mc4:he:3", "https://huggingface.co/datasets/allenai/c4/resolve/main/multilingual/c4-iw.tfrecord-00003-of-01024.json.gz")]
    [InlineData("madlad400:ha", "https://huggingface.co/datasets/allenai/MADLAD-400/resolve/main/data/ha/ha_clean_0000.jsonl.gz")]
    public void A_corpus_by_pair_or_language_has_its_published_address(string name, string address)
    {
        var entry = new DataCatalogue(new(null, Cache)).Find(name);
        Assert.Equal(name, entry.Name);
        Assert.Equal(address, Assert.Single(entry.Files).Url);
    }

    [Theory]
    [InlineData("opus:CCAlined:en-ha", "opus:CCAligned:SRC-TGT")]
    [InlineData("opus:CCAligned:english", "name it as opus:CCAligned:en-ha")]
    [InlineData("mc4:ha:8", "mc4:LANG[:SHARD]")]
    [InlineData("mc4:kam", "it has af am")]
    [InlineData("opus:CCAligned:../../x-y", "is none of opus:CCAligned:SRC-TGT")]
    public void A_corpus_that_cannot_be_is_answered_with_the_nearest(string name, string expected) => Assert.Contains(
        expected, Assert.Throws<RequestException>(() => new DataCatalogue(new(null, Cache)).Find(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_list_is_narrowed_by_language_and_kind()
    {
        var catalogue = new DataCatalogue(new(null, Cache));
        var lexicons = catalogue.List(LanguageRegistry.Find("lg"), DataKind.Lexicon).Select(item => item.Name);
        Assert.Contains("gatitos", lexicons);
        Assert.DoesNotContain("muse", lexicons);
        Assert.Equal(102, catalogue.List().Single(item => item.Name == "flores101").Covers!.Count);
        var monolingual = catalogue.List(kind: DataKind.Monolingual);
        Assert.Equal(["mc4:LANG[:SHARD]", "madlad400:LANG[:SHARD]"], monolingual.Select(item => item.Name));
        Assert.InRange(monolingual[0].Covers!.Count, 80, 92);
    }

    [Fact]
    public void The_mirror_of_these_tests_is_what_the_catalogue_says()
    {
        var catalogue = new DataCatalogue(new(Goldens.Data, Cache));
        foreach (var name in (string[])["flores101", "flores200", "ntrex128", "muse", "panlex", "gatitos", "tatoeba", "tico19", "wmt23",
            "alpaca", "lid176", "udhr", "wiktionary-omw", "cldr-lexicon", "mafand", "massive"])
        {
            Assert.NotNull(catalogue.Locate(name));
            Assert.True(catalogue.List().Single(item => item.Name == name).Bytes > 10_000);
        }

        foreach (var name in MirrorCorpora.Names)
        {
            var entry = name switch { "ntrex" => "ntrex128", "cldr" => "cldr-lexicon", _ => name };
            var covers = catalogue.Find(entry).Covers!;
            var others = MirrorCorpora.Open(name, catalogue).Languages.Except(covers).Select(language => language.Code);
            Assert.True(others.All(code => code == "en"), $"{name} has languages that the catalogue does not list");
        }
    }

    [Fact]
    public async Task A_download_with_another_hash_is_thrown_away()
    {
        using var server = new LocalServer(Whole);
        var published = new string('0', 64);
        var error = await Assert.ThrowsAsync<RequestException>(() => Get(Catalogue(Entry(server.Address, published))));
        Assert.Contains(BodyHash, error.Message, StringComparison.Ordinal);
        Assert.Contains(published, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Cache, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_refusal_of_the_server_names_its_status_and_the_address()
    {
        using var server = new LocalServer(context =>
        {
            context.Response.StatusCode = 404;
            context.Response.Close();
        });
        var error = await Assert.ThrowsAsync<RequestException>(() => Get(Catalogue(Entry(server.Address, BodyHash))));
        Assert.Contains("404 NotFound", error.Message, StringComparison.Ordinal);
        Assert.Equal(server.Address, error.Where);
    }

    [Fact]
    public async Task Without_a_network_the_error_says_where_the_file_may_be_put_by_hand()
    {
        var catalogue = Catalogue(Entry($"http://127.0.0.1:{LocalServer.FreePort()}/", BodyHash));
        var error = await Assert.ThrowsAsync<RequestException>(() => Get(catalogue));
        Assert.Contains("no connection", error.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(Cache, "thing", "a.model"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_may_not_be_downloaded_is_asked_from_its_owner()
    {
        var error = await Assert.ThrowsAsync<RequestException>(() => Get(Catalogue(Entry(null, BodyHash))));
        Assert.Contains("not for download", error.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(Mirror, "models", "a.model"), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".tar.gz")]
    [InlineData(".tar")]
    [InlineData(".zip")]
    public async Task An_archive_is_unpacked_without_the_folder_around_everything(string ending)
    {
        var archive = MakeArchive(ending, ("set/dev/eng.dev", "one\ntwo\n"), ("set/README", "hello"), ("set/dev/._eng.dev", "rubbish"));
        using var server = new LocalServer(context => Answer(context, archive, 0, "\"1\""));
        var catalogue = Catalogue(
            Entry(server.Address, null) with { IsArchive = true, MirrorPath = "set", Files = [new("set" + ending, server.Address)] });
        var folder = await Get(catalogue);
        Assert.Equal(Path.Combine(Cache, "thing"), folder);
        Assert.Equal(
            "one\ntwo\n", await File.ReadAllTextAsync(Path.Combine(folder, "dev", "eng.dev"), TestContext.Current.CancellationToken));
        Assert.Equal(2, Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length);
        Assert.Equal([Path.Combine(Cache, "hashes"), folder], Directory.GetFileSystemEntries(Cache).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/outside")]
    [InlineData("a/../../outside")]
    public void An_archive_that_leads_out_of_its_folder_is_refused(string name)
    {
        var path = Path.Combine(_root, "evil.zip");
        File.WriteAllBytes(path, MakeArchive(".zip", (name, "x")));
        Assert.Throws<RequestException>(() => Archive.Unpack(path, Path.Combine(_root, "target")));
        Assert.False(File.Exists(Path.Combine(_root, "outside")));
        Assert.False(Directory.Exists(Path.Combine(_root, "target")));
    }

    [Fact]
    public void A_damaged_archive_names_itself()
    {
        var path = Path.Combine(_root, "damaged.tar.gz");
        File.WriteAllBytes(path, MakeArchive(".tar.gz", ("a", new string('x', 5000)))[..40]);
        var error = Assert.Throws<RequestException>(() => Archive.Unpack(path, Path.Combine(_root, "target")));
        Assert.Equal(path, error.Where);
    }

    [Fact]
    public void An_unknown_name_gets_the_nearest_ones()
    {
        var catalogue = new DataCatalogue(new(null, Cache));
        var error = Assert.Throws<RequestException>(() => catalogue.Find("flores-101"));
        Assert.Contains("flores101", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_entry_is_complete_and_every_address_is_one()
    {
        var catalogue = new DataCatalogue(new(null, Cache));
        Assert.Equal(catalogue.Entries.Count, catalogue.Entries.Select(entry => entry.Name).Distinct().Count());
        foreach (var entry in catalogue.Entries)
        {
            Assert.All([entry.What, entry.Languages, entry.Licence, entry.MirrorPath], text => Assert.NotEqual("", text));
            Assert.NotEmpty(entry.Files);
            Assert.True(Uri.IsWellFormedUriString(entry.Origin, UriKind.Absolute));
            Assert.All(entry.Files, file => Assert.True(file.Url is null || Uri.IsWellFormedUriString(file.Url, UriKind.Absolute)));
            Assert.All(entry.Files, file => Assert.True(file.Sha256 is null || file.Sha256.Length == 64));
            Assert.True(!entry.IsArchive || entry.Files.Count == 1);
        }
    }

    private static CatalogueEntry Entry(string? url, string? sha256) => new()
    {
        Name = "thing",
        Kind = DataKind.Model,
        Version = "1",
        What = "a thing",
        Languages = "en",
        Licence = "none",
        Origin = "http://example.org",
        MirrorPath = "models/a.model",
        Files = [new("a.model", url, Sha256: sha256)],
    };

    private DataCatalogue Catalogue(CatalogueEntry entry) => new(new(Mirror, Cache), [entry]);

    private Task<string> Get(DataCatalogue catalogue) =>
        catalogue.GetAsync("thing", _client, _events, TestContext.Current.CancellationToken);

    private static void Whole(HttpListenerContext context)
    {
        const string Tag = "\"new\"";
        var range = context.Request.Headers["Range"];
        var resumes = range is not null && context.Request.Headers["If-Range"] == Tag;
        var from = resumes ? int.Parse(range!["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;
        Answer(context, Body, from, Tag);
    }

    private static void Answer(HttpListenerContext context, byte[] body, int from, string tag)
    {
        context.Response.StatusCode = from > 0 ? 206 : 200;
        context.Response.Headers["ETag"] = tag;
        if (from > 0)
            context.Response.Headers["Content-Range"] = $"bytes {from}-{body.Length - 1}/{body.Length}";
        context.Response.ContentLength64 = body.Length - from;
        context.Response.OutputStream.Write(body, from, body.Length - from);
        context.Response.Close();
    }

    /// <summary>Breaks off when the client has written a part of the body.</summary>
    private void Truncated(HttpListenerContext context, string tag = "\"new\"")
    {
        context.Response.Headers["ETag"] = tag;
        context.Response.ContentLength64 = Body.Length;
        context.Response.OutputStream.Write(Body, 0, 100_000);
        context.Response.OutputStream.Flush();
        _received.Wait(TimeSpan.FromSeconds(30));
        context.Response.Abort();
    }

    private static byte[] MakeArchive(string ending, params (string Name, string Text)[] files)
    {
        using var memory = new MemoryStream();
        if (ending == ".zip")
        {
            using var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true);
            foreach (var (name, text) in files)
            {
                using var writer = new StreamWriter(zip.CreateEntry(name).Open());
                writer.Write(text);
            }
        }
        else
        {
            using Stream target = ending == ".tar" ? memory : new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true);
            using var tar = new TarWriter(target, leaveOpen: true);
            foreach (var (name, text) in files)
                tar.WriteEntry(
                    new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }

        return memory.ToArray();
    }
}
