using System.Globalization;
using Llamax.Decoding.Translators;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Decoding.Tests.Translators;

public sealed class TranslationJobTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string LogPath => _folder["log"];

    [Fact]
    public void Results_keep_the_order_and_every_text_is_translated_once()
    {
        var draws = new Draws(1, "texts");
        var texts = Enumerable.Range(0, 3000).Select(i => new string('x', draws.Below(9, i)) + draws.Below(60, i, 1)).ToArray();
        var (echo, events) = (new Echo(), new RecordedEvents());
        using var log = TranslationLog.Temporary();
        using var job = new TranslationJob(echo, log, "echo", events);
        var results = job.Translate([.. texts.Select(Request)], Now).ToList();
        Assert.Equal(texts.Select(text => text.ToUpperInvariant() + " en>de"), results.Select(t => t.Text));
        Assert.Equal(texts, results.Select(t => t.Request.Text));
        var asked = echo.Calls.SelectMany(call => call).ToList();
        Assert.Equal(texts.Distinct().Order(), asked.Order());
        Assert.All(echo.Calls, call => Assert.InRange(call.Length, 1, 64));
        Assert.Equal((3000, 3000), (events.Total, events.Done));
        Assert.Empty(events.Warnings);
    }

    [Fact]
    public void A_job_that_was_killed_goes_on_in_the_same_batches_with_the_same_results()
    {
        var requests = Enumerable.Range(0, 1500).Select(i => Request($"{i % 1400} {new string('y', i * 7 % 50)}")).ToArray();
        var undisturbed = new Echo();
        List<Translation> expected;
        using (var log = TranslationLog.Temporary())
        using (var job = new TranslationJob(undisturbed, log, "f"))
            expected = [.. job.Translate(requests, Now)];

        var calls = new List<string[]>();
        for (var kill = 3; ; kill += 5)
        {
            var left = kill;
            var echo = new Echo { OnCall = () => left = left-- == 0 ? throw new InvalidOperationException("killed") : left };
            using var log = TranslationLog.Open(LogPath, keepsProblems: true);
            using var job = new TranslationJob(echo, log, "f");
            try
            {
                var results = job.Translate(requests, Now).ToList();
                Assert.Equal(expected.Select(t => t.Text), results.Select(t => t.Text));
                Assert.Equal(expected.Select(t => t.Candidates[0].Score), results.Select(t => t.Candidates[0].Score));
                calls.AddRange(echo.Calls);
                break;
            }
            catch (InvalidOperationException)
            {
                calls.AddRange(echo.Calls);
            }
        }

        Assert.Equal(undisturbed.Calls, calls);
    }

    [Fact]
    public void What_a_killed_process_wrote_last_is_cut_off_wherever_it_ended()
    {
        var requests = Enumerable.Range(0, 100).Select(i => Request($"text {i}")).ToArray();
        Run("f", requests);
        var bytes = File.ReadAllBytes(LogPath);
        var draws = new Draws(2, "cut");
        for (var i = 0; i < 40; i++)
        {
            File.WriteAllBytes(LogPath, bytes[..draws.Below(bytes.Length, i)]);
            var echo = Run("f", requests);
            Assert.InRange(echo.Calls.Sum(call => call.Length), 36, 100);
            Assert.Equal(bytes, File.ReadAllBytes(LogPath));
        }
    }

    [Fact]
    public void Another_model_option_direction_or_constraint_is_another_translation()
    {
        TranslationRequest request = new("a", "en", "de");
        TranslationRequest[] others =
        [
            request with { Text = "b" }, request with { Source = "fr" }, request with { Target = "fr" },
            request with { Prefix = "A" }, request with { Terms = ["x"] }, request with { Terms = ["x", "y"] }, request with { Terms = ["xy"] },
            new("ena", "", "de"), new("", "en", "dea"),
        ];
        UInt128[] keys = [.. others.Prepend(request).Select(r => TranslationLog.Key("f", r)), TranslationLog.Key("g", request)];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Single(Run("f", request).Calls);
        Assert.Empty(Run("f", request).Calls);
        Assert.Single(Run("g", request).Calls);
    }

    [Fact]
    public void A_journal_keeps_what_failed_and_a_cache_tries_it_again()
    {
        foreach (var keepsProblems in new[] { true, false })
        {
            var path = _folder[$"log-{keepsProblems}"];
            for (var run = 0; run < 2; run++)
            {
                var (echo, events) = (new Echo(), new RecordedEvents());
                using var log = TranslationLog.Open(path, keepsProblems);
                using var job = new TranslationJob(echo, log, "f", events);
                var results = job.Translate([Request("bad"), Request("good"), Request("bad")], Now).ToList();
                Assert.Equal(["bad", null, "bad"], results.Select(t => t.Problem));
                Assert.Contains("2 of 3 texts failed", events.Warnings.Single(), StringComparison.Ordinal);
                Assert.Equal(run == 0 ? 2 : keepsProblems ? 0 : 1, echo.Calls.Sum(call => call.Length));
            }
        }
    }

    [Fact]
    public void A_log_gives_back_all_of_a_translation()
    {
        var request = Request("line\u2028separator \" \\ \0 😀 \uD800");
        var translation = new Translation(request, [new("a\nb", -1.25) { Count = 3 }, new("", double.MinValue)]) { IsCut = true };
        var key = TranslationLog.Key("f", request);
        using (var log = TranslationLog.Open(LogPath, keepsProblems: false))
            log.Append([(key, translation)]);
        using var again = TranslationLog.Open(LogPath, keepsProblems: false);
        var found = again.Find(key, request)!;
        Assert.Equal(translation.Candidates, found.Candidates);
        Assert.True(found.IsCut);
        Assert.Equal(1, again.Count);
    }

    [Fact]
    public void A_file_that_is_no_log_and_one_in_use_are_refused_and_an_empty_log_leaves_no_file()
    {
        File.WriteAllText(LogPath, "my thesis\n");
        Assert.Contains("no log of translations", Refusal(), StringComparison.Ordinal);
        Assert.Equal("my thesis\n", File.ReadAllText(LogPath));
        File.Delete(LogPath);
        using (TranslationLog.Open(LogPath, keepsProblems: true))
            Assert.Contains("cannot be opened", Refusal(), StringComparison.Ordinal);
        Assert.False(File.Exists(LogPath));
    }

    [Fact]
    public void The_fingerprint_of_a_model_changes_with_its_content_and_its_files()
    {
        var content = new byte[300_000];
        _folder.Write("model/config.json", "{}");
        File.WriteAllBytes(_folder["model/weights"], content);
        var before = ModelFingerprint.Of(_folder["model"]);
        Assert.Equal(before, ModelFingerprint.Of(_folder["model"]));
        content[150_000] = 1;
        File.WriteAllBytes(_folder["model/weights"], content);
        var after = ModelFingerprint.Of(_folder["model"]);
        _folder.Write("model/vocabulary", "");
        Assert.Equal(3, new[] { before, after, ModelFingerprint.Of(_folder["model"]) }.Distinct().Count());
    }

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static TranslationRequest Request(string text) => new(text, "en", "de");

    private string Refusal() => Assert.Throws<RequestException>(() => TranslationLog.Open(LogPath, keepsProblems: true)).Message;

    private Echo Run(string fingerprint, params TranslationRequest[] requests)
    {
        var echo = new Echo();
        using var log = TranslationLog.Open(LogPath, keepsProblems: true);
        using var job = new TranslationJob(echo, log, fingerprint);
        Assert.Equal(
            requests.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Text.ToUpperInvariant()} {r.Source}>{r.Target}")),
            job.Translate(requests, Now).Select(t => t.Text));
        return echo;
    }
}
