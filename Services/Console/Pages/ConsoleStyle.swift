/// What the console adds to the site's style sheet. It takes that sheet's colours, whose contrast is tested.
enum ConsoleStyle {
    static let text = #"""
        .top{gap:.4rem 1rem}.top nav{flex-wrap:wrap;gap:.1rem .9rem}
        .find{display:flex;gap:.35rem;margin-left:auto}.find input{width:13rem}
        .find button,.user button,#pause,.buttons button{min-height:2.4rem;padding-inline:.8rem}
        .zones{display:flex;gap:.1rem;margin:0}
        .zones a{color:var(--soft);padding:.3rem .5rem;text-decoration:none;border-radius:6px;border:1px solid transparent}
        .zones a[aria-current]{color:var(--ink);border-color:var(--soft);font-weight:600}
        .live{display:flex;gap:.6rem;align-items:center;margin:0}
        .live #connection{margin:0;width:auto;min-width:7rem}
        #connection.paused::before,#connection.polling::before{background:var(--push)}
        #pause[aria-pressed=true]{background:var(--card);color:var(--ink)}
        .user{display:flex;gap:.5rem;align-items:center;color:var(--soft);font-size:.9rem}
        button.second{background:var(--card);color:var(--ink);border-color:var(--soft)}
        main{max-width:96rem}
        .panel{padding:.9rem 1rem}.panel h2{margin:0}.panel h3{font-size:.95rem;margin:1rem 0 .4rem}
        .panel .scroll{border-radius:8px;margin:.5rem 0}
        .question{color:var(--soft);margin:.1rem 0 .7rem;font-size:.9rem}
        .twin{display:flex;flex-wrap:wrap;gap:.4rem .8rem;align-items:center;margin-top:.8rem;color:var(--soft);
        font-size:.85rem}
        code,pre{font:13px/1.5 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}
        .twin code,.next code{overflow-wrap:anywhere;background:var(--bg);border:1px solid var(--rule);border-radius:6px;
        padding:.15rem .45rem;color:var(--ink)}
        .copy{min-height:0;padding:.1rem .6rem;font-size:.8rem;background:var(--card);color:var(--ink);
        border-color:var(--soft)}
        pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--bg);border:1px solid var(--rule);border-radius:8px;
        padding:.6rem .8rem;max-height:32rem;overflow:auto;margin:.4rem 0}
        .note pre{background:none;border:0;padding:0;color:inherit}
        .strip{display:flex;flex-wrap:wrap;gap:.35rem 1.1rem;align-items:baseline;font-variant-numeric:tabular-nums;
        margin:.3rem 0 .6rem}
        .verdict .state{font-size:1.25rem}
        .state{font-weight:600;white-space:nowrap}
        .state.good{color:var(--over)}.state.bad,.bad{color:var(--under)}
        .state.warn{background:var(--warn);color:var(--warnink);border-radius:99px;padding:.05rem .5rem}
        .state.busy{color:var(--link)}.state.calm{color:var(--soft);font-weight:400}
        .phases{list-style:none;margin:.6rem 0;padding:0;display:grid;gap:.5rem}
        .phases>li{border-left:3px solid var(--rule);padding:.1rem 0 .1rem .8rem}
        .phases ul{margin:.3rem 0;padding-left:1.1rem}.phases p{margin:.2rem 0}
        progress{width:9rem;height:.7rem;vertical-align:middle;accent-color:var(--link)}
        .plain{margin:.3rem 0;padding-left:1.2rem}
        .facts dd{overflow-wrap:anywhere}
        table.rows td,table.waterfall td{font-size:.9rem;vertical-align:top;overflow-wrap:anywhere;max-width:34rem}
        table.rows td:has(time),table.rows td.acts{white-space:nowrap}
        .waterfall td:is(:first-child,:nth-last-child(-n+4)){white-space:nowrap}
        .waterfall .bar{width:min(24rem,40vw);height:14px;display:block}
        .waterfall td small{white-space:normal}
        .bar rect{fill:var(--dot)}.bar rect.message{fill:var(--push)}.bar rect.phase{fill:var(--over)}
        .bar rect.document{fill:var(--brand)}
        tr.gap td{background:var(--warn);color:var(--warnink)}
        .funnel{margin:.6rem 0}.funnel svg{width:100%;max-width:38rem;height:auto}.funnel text{fill:var(--ink);font-size:13px}
        .grid th small{color:var(--soft);font-weight:400}
        .grid a{display:block;text-decoration:none;padding:.15rem .3rem}
        a.act{font-weight:600;white-space:nowrap}
        .group{border-top:1px solid var(--rule);padding:.5rem 0}.group summary{cursor:pointer}
        input[type=checkbox]{min-height:0;width:1.4rem;height:1.4rem;padding:0;vertical-align:middle}
        .buttons{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center}
        .form{display:grid;gap:.8rem;max-width:44rem;margin:1rem 0}
        .form label{display:grid;gap:.2rem;font-size:.9rem;color:var(--soft)}
        .form input,.form select,.form textarea{width:100%}
        .form label.check{display:flex;gap:.5rem;align-items:center}.form label.check input{width:1.4rem;min-height:0}
        .effect{max-width:52rem}
        .login{max-width:24rem;margin:12vh auto 0;padding:1rem}
        .panel.fresh{animation:flash 1.2s ease-out}
        @media(prefers-reduced-motion:reduce){.panel.fresh{animation:none}}
        @media(max-width:47rem){
        .find{margin-left:0;width:100%}.find input{flex:1;width:auto}
        .live{width:100%;justify-content:space-between}
        .panel{padding:.8rem .7rem}
        table.rows,table.rows tbody,table.rows tr,table.rows td{display:block;max-width:none}
        table.rows caption{display:block}
        table.rows thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        table.rows tr{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:.5rem .7rem;
        margin-bottom:.6rem}
        table.rows tbody tr+tr>*{border-top:0}
        table.rows td{display:grid;grid-template-columns:8.5rem 1fr;gap:.5rem;padding:.15rem 0;white-space:normal}
        table.rows td::before{content:attr(data-label);color:var(--soft)}
        .panel .scroll{overflow-x:auto}
        .waterfall .bar{width:9rem}
        }
        @media print{.find,.zones,.live,.user,.twin button,.top nav{display:none}}
        """#
}
