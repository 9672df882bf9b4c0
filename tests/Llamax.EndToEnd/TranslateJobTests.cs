using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Llamax.Testing;

namespace Llamax.EndToEnd;

/// <summary>Jobs: killed, cached, of difficult lines, of documents, of a remote model.</summary>
public sealed class TranslateJobTests(RandomModel model) : IClassFixture<RandomModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string[] Verb => ["translate", "--model", model.Folder, "--from", "en", "--to", "German", "--threads", "1", "--beam", "1"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_job_that_is_killed_again_and_again_writes_the_bytes_of_an_undisturbed_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals of this kind exist on Unix alone.");
        var input = _folder.Write("en.txt", string.Concat(Enumerable.Range(0, 700).Select(i => $"Sentence {i % 600} of a {i % 7} job.\n")));
        var undisturbed = _folder["undisturbed.txt"];
        Assert.Equal(0, LlamaxProgram.Run([.. Verb, "--json", "-i", input, "-o", undisturbed]).ExitCode);

        var (output, journal) = (_folder["out", "de.txt"], _folder["out", "de.txt.llamax-journal"]);
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "llamax.dll"), .. Verb, "--json", "-i", input, "-o", output];
        foreach (var bytes in new[] { 1, 40_000 })
        {
            using var process = LlamaxProgram.Start(new Dictionary<string, string>(), "dotnet", arguments);
            process.StandardInput.Close();
            while (!process.HasExited && !(File.Exists(journal) && new FileInfo(journal).Length >= bytes))
                Thread.Sleep(5);
            process.Kill();
            process.WaitForExit();
            Assert.False(File.Exists(output));
            Assert.True(File.Exists(journal));
        }

        Assert.Equal(0, LlamaxProgram.Run(arguments[1..]).ExitCode);
        Assert.Equal(File.ReadAllBytes(undisturbed), File.ReadAllBytes(output));
        Assert.Equal([output], Directory.GetFiles(_folder["out"]));
    }

    [Fact]
    public void Difficult_lines_keep_the_number_of_lines()
    {
        string[] lines = ["", " \t ", new('x', 100_000), "😀😀😀 🇩🇪", "a\0b", "\u2028", "last"];
        var result = LlamaxProgram.RunOn(string.Join('\n', lines) + "\n", [.. Verb, "--max-new-tokens", "2"]);
        Assert.True(result.ExitCode == 0, result.Error);
        var answers = result.Out.Split('\n');
        Assert.Equal(lines.Length + 1, answers.Length);
        Assert.Equal(["", ""], answers[..2]);
    }

    [Fact]
    public void A_cache_answers_without_the_model_and_only_for_the_same_question()
    {
        string[] cached = [.. Verb, "--cache", _folder["cache"], "--json"];
        var first = LlamaxProgram.Run([.. cached, "One sentence."]);
        var size = new FileInfo(_folder["cache"]).Length;
        var second = LlamaxProgram.Run([.. cached, "One sentence.", "One sentence."]);
        Assert.Equal(first.Out + first.Out, second.Out);
        Assert.Equal(size, new FileInfo(_folder["cache"]).Length);
        Assert.Equal(0, LlamaxProgram.Run([.. cached, "One sentence.", "--length-penalty", "0.5"]).ExitCode);
        Assert.NotEqual(size, new FileInfo(_folder["cache"]).Length);
    }

    [Fact]
    public void Samples_are_the_same_each_time_and_minimum_bayes_risk_orders_them()
    {
        string[] sampled = [.. Verb[..^2], "One sentence.", "--samples", "8", "--seed", "3", "--json"];
        var drawn = LlamaxProgram.Run(sampled);
        Assert.Equal(drawn.Out, LlamaxProgram.Run(sampled).Out);
        var byRisk = LlamaxProgram.Run([.. sampled, "--mbr"]);
        string[] TextsOf(ProgramResult result) =>
            [.. JsonNode.Parse(result.Out)!["hypotheses"]!.AsArray().Select(hypothesis => (string)hypothesis!["text"]!)];
        Assert.Equal(TextsOf(drawn).Order(StringComparer.Ordinal), TextsOf(byRisk).Order(StringComparer.Ordinal));
        Assert.NotEqual(drawn.Out, byRisk.Out);
    }

    [Fact]
    public void Terms_and_prefixes_are_in_the_translation_and_a_script_is_kept()
    {
        var terms = _folder.Write("terms.tsv", "cat\tmoon\n");
        var result = LlamaxProgram.Run(
            [.. Verb[..^2], "The cat.", "--beam", "4", "--max-new-tokens", "30", "--glossary", terms, "--prefix", "Once"]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.StartsWith("Once", result.Out, StringComparison.Ordinal);
        Assert.Contains("moon", result.Out, StringComparison.Ordinal);

        var serbian = LlamaxProgram.Run([.. Verb[..^6], "--to", "sr", "--script", "--threads", "1", "--max-new-tokens", "24", "The cat."]);
        Assert.True(serbian.ExitCode == 0, serbian.Error);
        Assert.DoesNotContain(serbian.Out, char.IsAsciiLetter);
    }

    [Fact]
    public void A_document_keeps_its_marks()
    {
        var input = _folder.Write("in.md", "# A title\n\nA text. Another one.\n\n```\ncode stays\n```\n");
        var result = LlamaxProgram.Run([.. Verb, "--document", "-i", input]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Matches("^# .+\n\n.+\n\n```\ncode stays\n```\n$", result.Out);
    }

    [Fact]
    public void The_language_of_a_text_is_found_out()
    {
        var identifier = Goldens.DataPath("lid", "lid.176.ftz");
        string[] auto = ["translate", "--model", model.Folder, "--from", "auto", "--to", "de", "--threads", "1"];
        Assert.Equal(0, LlamaxProgram.Run([.. auto, "--lid-model", identifier, "This is certainly English."]).ExitCode);
        Assert.Contains("--lid-model", LlamaxProgram.Run([.. auto, "x"]).Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_remote_model_is_asked_and_what_it_refuses_is_listed()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/v1/";
        probe.Stop();
        using var listener = new HttpListener { Prefixes = { address } };
        listener.Start();
        var serving = Task.Run(async () =>
        {
            for (var i = 0; i < 2; i++)
            {
                var context = await listener.GetContextAsync();
                var prompt = (string)JsonNode.Parse(context.Request.InputStream)!["messages"]![0]!["content"]!;
                var isBad = prompt.EndsWith("bad", StringComparison.Ordinal);
                context.Response.StatusCode = isBad ? 400 : 200;
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(isBad
                    ? """{"error":{"message":"no"}}"""
                    : """{"choices":[{"message":{"content":"gut"},"finish_reason":"stop"}]}"""));
                context.Response.Close();
            }
        }, TestContext.Current.CancellationToken);
        var result = LlamaxProgram.RunOn("good\nbad\ngood\n", "translate", "--remote", address, "--model", "m", "--from", "en", "--to", "de");
        await serving;
        Assert.Equal((1, "gut\n\ngut\n"), (result.ExitCode, result.Out));
        Assert.Contains("stdin:2: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("400 no", result.Error, StringComparison.Ordinal);
    }
}
