using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Llamax.Decoding.Translators;
using Llamax.Runs;

namespace Llamax.Decoding.Tests.Translators;

/// <summary>Against a real server on this machine.</summary>
public sealed class RemoteTranslatorTests
{
    [Fact]
    public void Requests_are_parallel_and_results_keep_the_order()
    {
        var (running, most) = (0, 0);
        using var server = new ChatServer(async (body, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            var text = ChatServer.Prompt(body);
            await Task.Delay(text.EndsWith("a0", StringComparison.Ordinal) ? 60 : 10);
            Interlocked.Decrement(ref running);
            return (200, ChatServer.Completion(text.ToUpperInvariant()));
        });
        using var translator = new RemoteTranslator(Options(server) with { Key = "secret", Parallel = 3 });
        var requests = Enumerable.Range(0, 12).Select(i => new TranslationRequest(i == 5 ? " " : $"a{i}", "en", "ha"));
        var results = translator.Translate(requests, Now).ToList();
        Assert.Equal(
            Enumerable.Range(0, 12).Select(i =>
                i == 5 ? "" : $"TRANSLATE THE FOLLOWING SENTENCES FROM ENGLISH TO HAUSA: A{i}"),
            results.Select(t => t.Text));
        Assert.InRange(most, 2, 3);
        Assert.Equal(11, server.Bodies.Count);
        Assert.All(server.Bodies, body => Assert.Equal(("m", 0.0), ((string?)body["model"], (double)body["temperature"]!)));
        Assert.All(server.Authorizations, value => Assert.Equal("Bearer secret", value));
    }

    [Theory]
    [InlineData(429, "{\"error\":{\"message\":\"slow down\"}}")]
    [InlineData(500, "<html>oops</html>")]
    [InlineData(200, "this is no json")]
    [InlineData(200, "{\"choices\":[]}")]
    [InlineData(200, "{\"choices\":[{\"message\":{\"content\":5}}]}")]
    [InlineData(200, "[1, 2]")]
    [InlineData(0, "no answer in time")]
    public void What_passes_is_tried_again(int status, string body)
    {
        using var server = new ChatServer(async (request, number) =>
        {
            if (number >= 2)
                return (200, ChatServer.Completion("ok"));
            if (status == 0)
                await Task.Delay(3000);
            return (status == 0 ? 200 : status, body);
        });
        using var translator = new RemoteTranslator(Options(server) with { Timeout = TimeSpan.FromSeconds(status == 0 ? 0.3 : 30) });
        Assert.Equal("ok", translator.Translate([new("x", "en", "de")], Now).Single().Text);
        Assert.Equal(3, server.Bodies.Count);
    }

    [Fact]
    public void What_never_passes_fails_alone_with_the_last_reason()
    {
        using var server = new ChatServer((body, _) => Task.FromResult(ChatServer.Prompt(body).EndsWith("bad", StringComparison.Ordinal)
            ? (503, "{\"error\":{\"message\":\"over\\nloaded\"}}")
            : (200, ChatServer.Completion("fine"))));
        using var translator = new RemoteTranslator(Options(server) with { Retries = 2 });
        var results = translator.Translate([new("bad", "en", "de"), new("good", "en", "de")], Now).ToList();
        Assert.Contains("503 over loaded (attempt 3)", results[0].Problem, StringComparison.Ordinal);
        Assert.Equal("fine", results[1].Text);
        Assert.Equal(4, server.Bodies.Count);
    }

    [Fact]
    public void A_refused_text_is_not_tried_again_and_a_refused_key_ends_everything()
    {
        using var server = new ChatServer((body, _) => Task.FromResult(ChatServer.Prompt(body).EndsWith("key", StringComparison.Ordinal)
            ? (401, "{\"error\":{\"message\":\"wrong key\"}}")
            : (400, "{\"error\":{\"message\":\"too rude\"}}")));
        using var translator = new RemoteTranslator(Options(server));
        Assert.Contains("400 too rude", translator.Translate([new("x", "en", "de")], Now).Single().Problem, StringComparison.Ordinal);
        Assert.Single(server.Bodies);
        var failure = Assert.Throws<RequestException>(() => translator.Translate([new("key", "en", "de")], Now).ToList());
        Assert.Contains("401 wrong key", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_is_not_there_and_an_unknown_language_are_told()
    {
        using var nobody = new RemoteTranslator(new()
        {
            BaseUrl = new($"http://127.0.0.1:{ChatServer.FreePort()}/v1"),
            Model = "m",
            Retries = 1,
            FirstWait = TimeSpan.Zero,
        });
        Assert.Contains("(attempt 2)", nobody.Translate([new("x", "en", "de")], Now).Single().Problem, StringComparison.Ordinal);
        Assert.Throws<RequestException>(() => nobody.Translate([new("x", "en", "xx")], Now).ToList());
    }

    [Fact]
    public void Wrong_options_are_all_named()
    {
        var wrong = new RemoteTranslatorOptions
        {
            BaseUrl = new("ftp://x"),
            Model = "",
            Temperature = -1,
            Parallel = 0,
            Retries = -1,
            FirstWait = TimeSpan.FromSeconds(-1),
            Timeout = TimeSpan.Zero,
        };
        var failure = Assert.Throws<RequestException>(() => new RemoteTranslator(wrong));
        foreach (var option in new[] { "remote", "model", "temperature", "parallel", "retries", "firstWait", "timeout" })
            Assert.Contains($"{option} =", failure.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static RemoteTranslatorOptions Options(ChatServer server) =>
        new() { BaseUrl = server.BaseUrl, Model = "m", FirstWait = TimeSpan.FromMilliseconds(1) };

    /// <summary>Answers chat completions as it is told: request and number of the request → status and body.</summary>
    private sealed class ChatServer : IDisposable
    {
        private readonly HttpListener _listener = new();
        private int _number;

        public ChatServer(Func<JsonNode, int, Task<(int Status, string Body)>> answer)
        {
            var port = FreePort();
            BaseUrl = new($"http://127.0.0.1:{port}/v1");
            _listener.Prefixes.Add($"http://127.0.0.1:{port}/v1/chat/completions/");
            _listener.Start();
            _ = Serve(answer);
        }

        public Uri BaseUrl { get; }

        public ConcurrentQueue<JsonNode> Bodies { get; } = [];

        public ConcurrentQueue<string?> Authorizations { get; } = [];

        public static string Prompt(JsonNode body) => (string)body["messages"]![0]!["content"]!;

        public static string Completion(string text) => new JsonObject
        {
            ["choices"] = new JsonArray(new JsonObject
            {
                ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text },
                ["finish_reason"] = "stop",
            }),
        }.ToJsonString();

        public static int FreePort()
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            return ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        public void Dispose() => _listener.Close();

        private async Task Serve(Func<JsonNode, int, Task<(int Status, string Body)>> answer)
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception failure) when (failure is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                _ = Answer(context, answer);
            }
        }

        private async Task Answer(HttpListenerContext context, Func<JsonNode, int, Task<(int Status, string Body)>> answer)
        {
            var body = JsonNode.Parse(context.Request.InputStream)!;
            Bodies.Enqueue(body);
            Authorizations.Enqueue(context.Request.Headers["Authorization"]);
            var (status, text) = await answer(body, Interlocked.Increment(ref _number) - 1);
            try
            {
                context.Response.StatusCode = status;
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text));
                context.Response.Close();
            }
            catch (Exception failure) when (failure is HttpListenerException or ObjectDisposedException)
            {
                // The client has given up, as it may.
            }
        }
    }
}
