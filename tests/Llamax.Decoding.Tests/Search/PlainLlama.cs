using System.Runtime.InteropServices;
using System.Text.Json;

namespace Llamax.Decoding.Tests.Search;

/// <summary>LLaMA in plain loops, for golden tests of search without libtorch.</summary>
internal sealed class PlainLlama
{
    private readonly Dictionary<string, float[]> _w = [];
    private readonly int _d, _layers, _heads, _kv, _hd, _v;
    private readonly double _eps, _theta;
    private readonly Dictionary<string, (double[] Logits, double[][][] Cache)> _seen = [];

    public PlainLlama(string folder)
    {
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json")));
        var c = config.RootElement;
        int I(string n) => c.GetProperty(n).GetInt32();
        (_d, _layers, _heads, _kv, _v) = (I("hidden_size"), I("num_hidden_layers"), I("num_attention_heads"), c.TryGetProperty("num_key_value_heads", out var kv) ? kv.GetInt32() : I("num_attention_heads"), I("vocab_size"));
        (_eps, _theta, _hd) = (c.GetProperty("rms_norm_eps").GetDouble(), c.TryGetProperty("rope_theta", out var t) ? t.GetDouble() : 10000, _d / _heads);
        var bytes = File.ReadAllBytes(Path.Combine(folder, "model.safetensors"));
        var n = (int)BitConverter.ToInt64(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, n));
        foreach (var p in header.RootElement.EnumerateObject())
            if (p.Name != "__metadata__")
            {
                var o = p.Value.GetProperty("data_offsets");
                var (a, b) = (o[0].GetInt32(), o[1].GetInt32());
                _w[p.Name] = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(8 + n + a, b - a)).ToArray();
            }
    }

    public int Vocabulary => _v;

    public double[] Logits(IReadOnlyList<int> sequence) => Run([.. sequence]).Logits;

    private (double[] Logits, double[][][] Cache) Run(int[] seq)
    {
        var key = string.Join(' ', seq);
        if (_seen.TryGetValue(key, out var hit))
            return hit;
        var before = seq.Length == 1 ? null : Run(seq[..^1]).Cache;
        var pos = seq.Length - 1;
        var x = _w["model.embed_tokens.weight"].AsSpan(seq[^1] * _d, _d).ToArray().Select(f => (double)f).ToArray();
        var cache = new double[2 * _layers][][];
        for (var l = 0; l < _layers; l++)
        {
            var p = $"model.layers.{l}.";
            var h = Norm(x, p + "input_layernorm.weight");
            var q = Rope(Mul(h, p + "self_attn.q_proj.weight"), pos);
            cache[2 * l] = [.. before?[2 * l] ?? [], Rope(Mul(h, p + "self_attn.k_proj.weight"), pos)];
            cache[(2 * l) + 1] = [.. before?[(2 * l) + 1] ?? [], Mul(h, p + "self_attn.v_proj.weight")];
            var o = new double[_heads * _hd];
            for (var a = 0; a < _heads; a++)
            {
                var g = a / (_heads / _kv);
                var s = cache[2 * l].Select(k => Enumerable.Range(0, _hd).Sum(i => k[(g * _hd) + i] * q[(a * _hd) + i]) / Math.Sqrt(_hd)).ToArray();
                var m = s.Max();
                s = [.. s.Select(z => Math.Exp(z - m))];
                var sum = s.Sum();
                for (var j = 0; j < s.Length; j++)
                    for (var i = 0; i < _hd; i++)
                        o[(a * _hd) + i] += s[j] / sum * cache[(2 * l) + 1][j][(g * _hd) + i];
            }

            x = Add(x, Mul(o, p + "self_attn.o_proj.weight"));
            h = Norm(x, p + "post_attention_layernorm.weight");
            var gate = Mul(h, p + "mlp.gate_proj.weight");
            var up = Mul(h, p + "mlp.up_proj.weight");
            x = Add(x, Mul([.. gate.Zip(up, (a, b) => a / (1 + Math.Exp(-a)) * b)], p + "mlp.down_proj.weight"));
        }

        var logits = Mul(Norm(x, "model.norm.weight"), _w.ContainsKey("lm_head.weight") ? "lm_head.weight" : "model.embed_tokens.weight");
        return _seen[key] = (logits, cache);
    }

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private double[] Norm(double[] x, string name)
    {
        var r = 1 / Math.Sqrt((x.Sum(v => v * v) / x.Length) + _eps);
        return [.. x.Zip(_w[name], (v, w) => v * r * w)];
    }

    private double[] Mul(double[] x, string name)
    {
        var w = _w[name];
        var y = new double[w.Length / x.Length];
        for (var i = 0; i < y.Length; i++)
        {
            var sum = 0.0;
            for (var j = 0; j < x.Length; j++)
                sum += w[(i * x.Length) + j] * x[j];
            y[i] = sum;
        }

        return y;
    }

    private double[] Rope(double[] x, int pos)
    {
        var y = new double[x.Length];
        for (var a = 0; a < x.Length; a += _hd)
            for (var i = 0; i < _hd / 2; i++)
            {
                var t = pos * Math.Pow(_theta, -2.0 * i / _hd);
                var (s, c) = Math.SinCos(t);
                y[a + i] = (x[a + i] * c) - (x[a + i + (_hd / 2)] * s);
                y[a + i + (_hd / 2)] = (x[a + i + (_hd / 2)] * c) + (x[a + i] * s);
            }

        return y;
    }
}
