/// The one style sheet. Colours are variables with a light and a dark value; every pair of text and ground has a contrast of
/// at least 4.5.
public enum StyleSheet {
    public static let text = #"""
        :root{color-scheme:light dark;--bg:#f6f5f2;--card:#fff;--ink:#1b1a17;--soft:#5c574e;--rule:#dcd8cf;--link:#0b57a4;
        --over:#0f7a43;--under:#b3361b;--push:#6b6557;--span:#b9cfe6;--dot:#0b57a4;--tick:#1b1a17;--chip:#fff;
        --warn:#fff1d6;--warnink:#6b4300;--halt:#fbe0da;--haltink:#7d1f0c;--flash:#fff3b8;--brand:#c2500f}
        @media(prefers-color-scheme:dark){:root{--bg:#121316;--card:#1b1d22;--ink:#ecebe7;--soft:#a9a69e;--rule:#33363d;
        --link:#86b9f0;--over:#5ccb8e;--under:#f2866b;--push:#a9a69e;--span:#2f4a68;--dot:#86b9f0;--tick:#ecebe7;
        --chip:#121316;--warn:#3a2c0d;--warnink:#f5d28b;--halt:#43190f;--haltink:#ffb9a6;--flash:#4a4216;--brand:#f08a4b}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;scroll-padding-top:4rem}
        body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
        "DejaVu Sans",sans-serif}
        a{color:var(--link);text-underline-offset:.15em}
        :focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
        main:focus{outline:none}
        .sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        .skip{position:absolute;left:.5rem;top:-4rem;background:var(--ink);color:var(--bg);padding:.5rem 1rem;z-index:9}
        .skip:focus{top:.5rem}
        .top{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem 1.25rem;padding:.6rem 1.25rem;background:var(--card);
        border-bottom:1px solid var(--rule)}
        .brand{font-weight:800;font-size:1.15rem;letter-spacing:-.02em;color:var(--brand);text-decoration:none}
        .top nav{display:flex;gap:1rem}
        .top nav a{color:var(--soft);text-decoration:none;padding:.25rem 0}
        .top nav a[aria-current]{color:var(--ink);font-weight:600;box-shadow:inset 0 -2px var(--brand)}
        #connection{margin:0 0 0 auto;color:var(--soft);font-size:.85rem;min-height:1.3em}
        #connection:not(:empty)::before{content:"";display:inline-block;width:.55em;height:.55em;border-radius:50%;
        background:var(--over);margin-right:.45em}
        #connection.down::before{background:var(--under)}
        main,footer{max-width:76rem;margin:0 auto;padding:1.25rem}
        footer{color:var(--soft);font-size:.85rem;border-top:1px solid var(--rule)}
        h1{font-size:1.6rem;line-height:1.2;letter-spacing:-.02em;margin:0}
        h2{font-size:1.05rem;margin:0 0 .6rem}
        .head{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:.25rem 1.5rem}
        .days{display:flex;gap:1.25rem;font-variant-numeric:tabular-nums}
        .note{margin:.9rem 0 0;padding:.6rem .9rem;border-radius:8px;background:var(--warn);color:var(--warnink)}
        .note.halted{background:var(--halt);color:var(--haltink)}
        .facts{display:flex;flex-wrap:wrap;gap:.4rem 2rem;margin:.9rem 0}
        .facts dt{color:var(--soft);font-size:.8rem}
        .facts dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
        .games{list-style:none;margin:1rem 0;padding:0;display:grid;gap:.6rem;
        grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr))}
        .games li{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:.55rem .8rem;display:grid;
        grid-template-columns:1fr auto}
        .games small{grid-row:2;color:var(--soft)}.games .score{grid-row:2;grid-column:2}
        .teams{grid-column:1/-1;white-space:nowrap}
        .teams abbr{font-weight:700}
        .filters{display:flex;flex-wrap:wrap;gap:.6rem .8rem;align-items:end;margin:1rem 0}
        .filters label{display:grid;gap:.15rem;font-size:.8rem;color:var(--soft)}
        input,select,button,.step{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--soft);
        border-radius:7px;padding:.4rem .6rem;min-height:2.4rem;max-width:100%}
        input::placeholder{color:var(--soft);opacity:1}
        button{background:var(--ink);color:var(--bg);border-color:var(--ink);font-weight:600;cursor:pointer;
        padding-inline:1rem}
        .step{text-decoration:none;display:inline-grid;place-items:center;min-width:2.9rem}
        .reset{align-self:center}
        .scroll{overflow-x:auto;background:var(--card);border:1px solid var(--rule);border-radius:12px}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
        caption{text-align:left;color:var(--soft);font-size:.85rem;padding:.6rem .8rem}
        th,td{padding:.5rem .8rem;text-align:left;vertical-align:middle}
        thead th{font-size:.8rem;font-weight:600;color:var(--soft);border-bottom:1px solid var(--rule);
        white-space:nowrap}
        thead th a{color:inherit;text-decoration:none}
        thead th a:hover{text-decoration:underline}
        thead th[aria-sort]{color:var(--ink)}
        tbody tr+tr>*{border-top:1px solid var(--rule)}
        tbody th{font-weight:600}
        td small{display:block;color:var(--soft);font-size:.78rem;white-space:nowrap}
        td.g{color:var(--soft);white-space:nowrap}
        td.p{white-space:nowrap}td.p b{display:inline-block;min-width:2.6em}
        tr.changed>*{animation:flash 4s ease-out}
        @keyframes flash{from{background:var(--flash)}}
        tr:target>*{background:var(--flash)}
        @media(prefers-reduced-motion:reduce){tr.changed>*{animation:none;background:var(--flash)}}
        .badge,.chip{display:inline-block;border-radius:99px;padding:.05rem .55rem;font-size:.78rem;font-weight:600;
        border:1px solid currentColor}
        .badge.out,.badge.doubtful{color:var(--under)}.badge.questionable{color:var(--warnink);background:var(--warn)}
        .badge.probable,.badge.other{color:var(--soft)}
        .chip.over{background:var(--over);color:var(--chip)}.chip.under{background:var(--under);color:var(--chip)}
        .chip.pass{color:var(--soft)}
        .picks{margin:1.2rem 0}.picks .scroll{overflow-x:auto}
        .picks th small{display:block;color:var(--soft);font-weight:400;font-size:.78rem}
        .picks td small{white-space:normal}.picks .retracted .chip{background:none;color:var(--soft);text-decoration:line-through}
        .none{color:var(--soft)}
        svg{vertical-align:middle}
        .range{width:116px;height:18px}
        .range .axis,.bars .axis{stroke:var(--rule);stroke-width:1.5}
        .range .span{stroke:var(--span);stroke-width:9;stroke-linecap:round}
        .range .tick,.spark .tick{stroke:var(--tick);stroke-width:1.5}
        .spark .tick{stroke-dasharray:2 2;stroke-width:1}
        .range circle{fill:var(--dot);stroke:var(--card);stroke-width:1}
        .spark{width:68px;height:22px}
        .spark .o,.bars .o{fill:var(--over)}.spark .u,.bars .u{fill:var(--under)}.bars .p{fill:var(--push)}
        .spark .x{stroke:var(--soft);stroke-width:1.5}
        .panels{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr))}
        .panel{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:1rem 1.1rem;margin:1rem 0 0;
        min-width:0}
        .panels .panel{margin:1rem 0 0}
        .panel ul{margin:0;padding-left:1.2rem}.panel p{margin:.2rem 0 .6rem}
        .steps{width:100%;height:56px;max-width:26rem}
        .steps path{fill:none;stroke:var(--dot);stroke-width:2}
        .line-history{margin:.7rem 0 0}
        .panel .range{width:100%;height:auto;max-width:26rem;margin:.2rem 0 .7rem}
        .panel th,.panel td{padding:.4rem .4rem}
        .big{font-size:1.1rem}.big b{font-size:2rem;letter-spacing:-.02em}
        .big small{display:inline;color:var(--soft);margin-left:.4rem}
        .list{margin:0}.list div{display:flex;justify-content:space-between;gap:1rem;padding:.3rem 0;
        border-top:1px solid var(--rule)}
        .list dt{color:var(--soft)}.list dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums;text-align:right}
        .hint,.sub,.crumb{color:var(--soft)}.crumb,.sub{margin:.2rem 0}
        .bars{width:100%;height:auto;max-width:46rem;font-size:13px}
        .bars text{fill:var(--ink)}.bars .mid{text-anchor:middle}.bars .end{text-anchor:end}
        .bars .small{fill:var(--soft);font-size:11px}.bars .strong{font-weight:700}
        .bars .own{stroke:var(--tick);stroke-width:2}
        .bars .across{stroke:var(--dot);stroke-width:1.5;stroke-dasharray:5 4}
        .empty{background:var(--card);border:1px dashed var(--soft);border-radius:12px;padding:2rem 1.25rem;margin:1.25rem 0;
        text-align:center}
        .empty p{margin:.3rem 0}
        .pager{display:flex;flex-wrap:wrap;gap:.4rem;margin:1rem 0}
        .pager a,.pager span{min-width:2.6rem;text-align:center;padding:.4rem;border:1px solid var(--rule);
        border-radius:7px;background:var(--card);text-decoration:none}
        .pager span{background:var(--ink);color:var(--bg)}
        .prose{max-width:44rem}.prose h2{margin-top:1.6rem}
        @media(max-width:47rem){
        main,footer{padding:1rem .8rem}.top{padding:.6rem .8rem}#connection{margin-left:0;width:100%}
        h1{font-size:1.35rem}.games{grid-template-columns:repeat(auto-fill,minmax(8.4rem,1fr))}
        .filters label{flex:1 1 40%}.filters input,.filters select{width:100%}
        .scroll{overflow:visible;background:none;border:0}
        .slate,.slate tbody{display:block}
        .slate caption{display:block;padding:.3rem 0}
        .slate thead,.slate thead tr{display:block}
        .slate thead tr{display:flex;flex-wrap:wrap;gap:.1rem .9rem;padding:.2rem 0 .6rem}
        .slate thead th{padding:.25rem 0;border:0;white-space:normal}
        .slate thead tr::before{content:"Sort by";color:var(--soft);font-size:.8rem;padding:.25rem 0}
        .slate thead th:not(:has(a)){display:none}
        .slate thead a{text-decoration:underline}
        .slate tbody tr{display:grid;grid-template-columns:1fr 1fr 1fr;gap:.45rem .6rem;background:var(--card);
        border:1px solid var(--rule);border-radius:12px;padding:.75rem .9rem;margin-bottom:.7rem}
        .slate tbody tr>*{padding:0;border:0!important}
        .slate tbody th{grid-column:1/3;font-size:1.05rem}
        .slate td.g{order:1;text-align:right}
        .slate td.p{order:2;grid-column:1/3}
        .slate td.r{order:3;text-align:right}
        .slate td.l{order:4}.slate td.e{order:5}.slate td.v{order:6}.slate td.c{order:7}
        .slate td.t{order:8;grid-column:2/4;justify-self:end}
        .slate td.l::before{content:"Line"}.slate td.e::before{content:"Edge"}.slate td.v::before{content:"P(over)"}
        .slate td.c::before{content:"Confidence"}
        .slate td.l::before,.slate td.e::before,.slate td.v::before,.slate td.c::before{display:block;color:var(--soft);
        font-size:.75rem}
        .bars{font-size:17px}.bars .small{font-size:14px}
        }
        @media print{.filters,.top nav,.pager,#connection{display:none}}
        """#
}
